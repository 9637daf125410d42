package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How the last run of a data directory ended: the marker of a clean shutdown and the kernel's boot id tell. */
enum LastRun {
    /** In order: everything is on the disk. */
    CLEAN,
    /** The process was killed: what it wrote is there, but for the last write, which may have been cut short. */
    KILLED,
    /** The kernel has started anew: whatever was not flushed may be missing, anywhere. */
    KERNEL_GONE;

    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    private static final String BOOT_ID = ".boot_id";
    private static final Path KERNEL_BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    static LastRun of(Path directory) throws IOException {
        if (Files.exists(directory.resolve(CLEAN_SHUTDOWN))) {
            return CLEAN;
        }
        Path file = directory.resolve(BOOT_ID);
        return Files.exists(file) && Files.readString(file).equals(bootId()) ? KILLED : KERNEL_GONE;
    }

    /** Whether the directory has never been in use. */
    static boolean isFirst(Path directory) {
        return !Files.exists(directory.resolve(BOOT_ID));
    }

    /** From here on an end without {@link #endCleanly} is an unclean one. */
    static void begin(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(CLEAN_SHUTDOWN));
    }

    /** What this kernel knows of the logs is all that there is of them. */
    static void noteKernel(Path directory) throws IOException {
        WholeFile.write(directory.resolve(BOOT_ID), bootId());
    }

    static void endCleanly(Path directory) throws IOException {
        WholeFile.write(directory.resolve(CLEAN_SHUTDOWN), "{\"version\":0,\"brokerEpoch\":-1}");
    }

    private static String bootId() throws IOException {
        return Files.exists(KERNEL_BOOT_ID) ? Files.readString(KERNEL_BOOT_ID).strip() : "unknown " + System.nanoTime();
    }
}
