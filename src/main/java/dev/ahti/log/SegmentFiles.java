package dev.ahti.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The files of one segment: their names, the open file of the records, and how they are put out of the way. */
final class SegmentFiles {
    static final String LOG = ".log";
    static final String DELETED = ".deleted";
    private static final String INDEX = ".index";
    private static final String TIME_INDEX = ".timeindex";
    private static final String TRANSACTION_INDEX = ".txnindex";

    private final Path directory;
    private final long baseOffset;
    private FileChannel channel;
    private boolean deleted;

    SegmentFiles(Path directory, long baseOffset) {
        this.directory = directory;
        this.baseOffset = baseOffset;
    }

    static Path file(Path directory, long baseOffset, String suffix) {
        return directory.resolve(fileName(baseOffset) + suffix);
    }

    static String fileName(long offset) {
        String digits = Long.toString(offset);
        return "0".repeat(20 - digits.length()) + digits;
    }

    static long offsetOf(String fileName) {
        return Long.parseLong(fileName.substring(0, fileName.indexOf('.')));
    }

    static boolean isIndex(String fileName) {
        return fileName.endsWith("index");
    }

    private Path file(String suffix) {
        return file(directory, baseOffset, suffix);
    }

    Path log() {
        return file(LOG);
    }

    Path offsetIndex() {
        return file(INDEX);
    }

    Path timeIndex() {
        return file(TIME_INDEX);
    }

    Path transactionIndex() {
        return file(TRANSACTION_INDEX);
    }

    Path deletedTransactionIndex() {
        return file(TRANSACTION_INDEX + DELETED);
    }

    /** Makes the file of the records; what a crash left there is no part of the log. */
    void createLog() throws IOException {
        FileChannel.open(
                        log(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)
                .close();
    }

    /**
     * Opened at first use, since a log may have hundreds of segments that nobody reads. Never creates the file: whoever
     * still holds a segment that has been deleted must not bring it back.
     */
    synchronized FileChannel channel() throws IOException {
        if (channel == null) {
            channel = FileChannel.open(
                    file(deleted ? LOG + DELETED : LOG), StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
        return channel;
    }

    synchronized boolean isDeleted() {
        return deleted;
    }

    synchronized void markDeleted() throws IOException {
        deleted = true;
        for (String suffix : new String[] {LOG, INDEX, TIME_INDEX}) {
            Path file = file(suffix);
            if (Files.exists(file)) {
                Files.move(file, file(suffix + DELETED), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    void delete() throws IOException {
        close();
        for (String suffix : new String[] {LOG, INDEX, TIME_INDEX}) {
            Files.deleteIfExists(file(suffix + DELETED));
        }
    }

    synchronized void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
