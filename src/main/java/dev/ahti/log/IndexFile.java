package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of index entries of one size. Open only while it is read or written: a broker has two of them for each segment.
 */
final class IndexFile {
    private final Path path;
    private final int entryBytes;
    private int written = -1;

    interface EntryWriter {
        void write(int entry, ByteBuffer target);
    }

    IndexFile(Path path, int entryBytes) {
        this.path = path;
        this.entryBytes = entryBytes;
    }

    /** Whole entries; none where there is no file. */
    synchronized ByteBuffer read() throws IOException {
        byte[] bytes = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
        written = bytes.length / entryBytes;
        return ByteBuffer.wrap(bytes, 0, written * entryBytes);
    }

    synchronized void truncate(int entries) throws IOException {
        if (!Files.exists(path)) {
            written = 0;
            return;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate((long) entries * entryBytes);
        }
        written = (int) Math.min(entries, Files.size(path) / entryBytes);
    }

    synchronized void appendFrom(int count, EntryWriter writer) throws IOException {
        if (written < 0) {
            written = Files.exists(path) ? (int) (Files.size(path) / entryBytes) : 0;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.max(0, count - written) * entryBytes);
            for (int i = written; i < count; i++) {
                writer.write(i, bytes);
            }
            bytes.flip();
            long at = (long) written * entryBytes;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
            channel.truncate((long) count * entryBytes);
            written = count;
        }
    }
}
