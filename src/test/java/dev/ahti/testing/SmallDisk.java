package dev.ahti.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file system in memory that can be full. Where this user may not mount one, the test is skipped. */
public final class SmallDisk implements AutoCloseable {
    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    /** @param size as mount takes it, such as {@code 1m} */
    public static SmallDisk mount(Path path, String size) throws IOException, InterruptedException {
        Files.createDirectories(path);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path.toString()),
                "a tmpfs cannot be mounted here");
        return new SmallDisk(path);
    }

    public Path path() {
        return path;
    }

    /** Takes what space is left. */
    public void fill() throws IOException {
        byte[] block = new byte[4096];
        try (var ballast = Files.newOutputStream(ballast(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                ballast.write(block);
            }
        } catch (IOException full) {
            if (Files.getFileStore(path).getUsableSpace() > 0) {
                throw full;
            }
        }
    }

    /** Gives space: more than there was, and whatever {@link #fill} took. */
    public void free() throws IOException, InterruptedException {
        Files.deleteIfExists(ballast());
        run("mount", "-o", "remount,size=200m", path.toString());
    }

    private Path ballast() {
        return path.resolve("ballast");
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchCommand) {
            return false;
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        run("umount", "-l", path.toString());
    }
}
