package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots of producer state in a partition's directory, by the offset up to which each reflects the log. */
final class ProducerSnapshots {
    static final String SUFFIX = ".snapshot";
    private static final Logger log = LoggerFactory.getLogger(ProducerSnapshots.class);
    private static final int OFFSET_DIGITS = 20;

    private final Path directory;
    private final TreeSet<Long> offsets = new TreeSet<>();

    ProducerSnapshots(Path directory) throws IOException {
        this.directory = directory;
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(SUFFIX) && name.length() == OFFSET_DIGITS + SUFFIX.length())
                        .forEach(name -> offsets.add(Long.parseLong(name.substring(0, OFFSET_DIGITS))));
            }
        }
    }

    Path file(long offset) {
        return SegmentFiles.file(directory, offset, SUFFIX);
    }

    boolean exists(long offset) {
        return offsets.contains(offset);
    }

    /** Offset of the latest one, or -1. */
    long latest() {
        return offsets.isEmpty() ? -1 : offsets.last();
    }

    List<Long> all() {
        return List.copyOf(offsets);
    }

    void write(long offset, Collection<ProducerState> producers, boolean sync) throws IOException {
        ProducerSnapshot.write(file(offset), producers, sync);
        offsets.add(offset);
    }

    /** What the latest one says, or nothing if it cannot be read: then it is deleted. */
    List<ProducerState> readLatestOrDelete() throws IOException {
        long offset = latest();
        try {
            return ProducerSnapshot.read(file(offset));
        } catch (ProducerSnapshot.Corrupt e) {
            log.warn("{}: {}; deleted", file(offset), e.getMessage());
            delete(offset);
            return null;
        }
    }

    void delete(long offset) throws IOException {
        if (offsets.remove(offset)) {
            Files.deleteIfExists(file(offset));
        }
    }

    void deleteBefore(long offset) throws IOException {
        for (long one : List.copyOf(offsets.headSet(offset))) {
            delete(one);
        }
    }

    void deleteAll() throws IOException {
        deleteBefore(Long.MAX_VALUE);
    }
}
