package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** Kafka's checkpoint files: a version, a count, and a line {@code topic partition offset} for each partition. */
final class OffsetCheckpoint {
    private static final String VERSION = "0";

    private OffsetCheckpoint() {}

    /** @throws IOException also where the file is not one of these: then nothing in it is believed */
    static Map<TopicPartition, Long> read(Path file) throws IOException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        if (!Files.exists(file)) {
            return offsets;
        }
        List<String> lines = Files.readAllLines(file);
        if (lines.size() < 2 || !lines.get(0).equals(VERSION) || lines.size() - 2 != Integer.parseInt(lines.get(1))) {
            throw new IOException(file + " is not a checkpoint of version 0");
        }
        for (String line : lines.subList(2, lines.size())) {
            String[] words = line.split(" ");
            offsets.put(new TopicPartition(words[0], Integer.parseInt(words[1])), Long.parseLong(words[2]));
        }
        return offsets;
    }

    static void write(Path file, Map<TopicPartition, Long> offsets) throws IOException {
        String lines = offsets.entrySet().stream()
                .map(entry -> entry.getKey().topic() + " " + entry.getKey().partition() + " " + entry.getValue() + "\n")
                .collect(Collectors.joining());
        WholeFile.write(file, VERSION + "\n" + offsets.size() + "\n" + lines);
    }
}
