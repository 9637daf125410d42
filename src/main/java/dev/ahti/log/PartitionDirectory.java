package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory of one partition: whose it is ({@code partition.metadata}), and how it is put out of the way. */
final class PartitionDirectory {
    static final String DELETE_SUFFIX = "-delete";
    static final String STRAY_SUFFIX = "-stray";
    private static final Logger log = LoggerFactory.getLogger(PartitionDirectory.class);
    private static final String METADATA = "partition.metadata";
    private static final String TOPIC_ID = "topic_id: ";

    private PartitionDirectory() {}

    /** Makes the directory, or finds it to be this topic's; another topic's is set aside first (rule 24). */
    static void claim(Path directory, Uuid topicId) throws IOException {
        if (Files.exists(directory)) {
            Uuid owner = topicId(directory);
            if (topicId.equals(owner)) {
                return;
            }
            if (owner != null || hasLog(directory)) {
                markStray(directory, owner);
            }
        }
        Files.createDirectories(directory);
        WholeFile.write(directory.resolve(METADATA), "version: 0\n" + TOPIC_ID + topicId);
    }

    private static boolean hasLog(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(SegmentFiles.LOG));
        }
    }

    /** The topic id that the directory carries, or null. */
    static Uuid topicId(Path directory) throws IOException {
        Path file = directory.resolve(METADATA);
        if (!Files.exists(file)) {
            return null;
        }
        List<String> lines = Files.readAllLines(file);
        return lines.stream()
                .filter(line -> line.startsWith(TOPIC_ID))
                .map(line -> Uuid.fromString(line.substring(TOPIC_ID.length())))
                .findFirst()
                .orElse(null);
    }

    static boolean isSetAside(Path directory) {
        String name = directory.getFileName().toString();
        return name.endsWith(DELETE_SUFFIX) || name.endsWith(STRAY_SUFFIX);
    }

    static void markStray(Path directory, Uuid owner) throws IOException {
        Path stray = directory.resolveSibling(directory.getFileName() + "." + owner + STRAY_SUFFIX);
        deleteTree(stray);
        Files.move(directory, stray);
        log.warn("{} is not of any topic that there is now: set aside as {}", directory, stray.getFileName());
    }

    static Path markDeleted(Path directory) throws IOException {
        String unique = Uuid.randomUuid().toString().replace("-", "_");
        Path renamed = directory.resolveSibling(directory.getFileName() + "." + unique + DELETE_SUFFIX);
        return Files.move(directory, renamed);
    }

    static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
