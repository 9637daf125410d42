package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Makes our snapshots what Kafka's are, where both are compared: Kafka keeps no batch before a producer's last. */
final class KafkaSnapshots {
    private KafkaSnapshots() {}

    static void keepLastBatchesAlone(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(one -> one.toString().endsWith(ProducerSnapshots.SUFFIX))
                    .toList()) {
                List<ProducerState> kept = ProducerSnapshot.read(file).stream()
                        .map(state -> keepingLast(1, state))
                        .toList();
                ProducerSnapshot.write(file, kept, false);
            }
        }
    }

    /** Kafka deletes at each start those that belong to no segment; with ours we know of more producers than Kafka. */
    static void keepOnlyThoseOf(Path kafkas, Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(one -> one.toString().endsWith(ProducerSnapshots.SUFFIX))
                    .toList()) {
                if (!Files.exists(kafkas.resolve(file.getFileName()))) {
                    Files.delete(file);
                }
            }
        }
    }

    /** As where no more batches than these last ones are kept. */
    static ProducerState keepingLast(int count, ProducerState state) {
        List<AppendedBatch> batches = new ArrayList<>(state.earlierBatches());
        if (state.lastBatch() != null) {
            batches.add(state.lastBatch());
        }
        return ProducerState.restored(
                state.producerId(),
                state.producerEpoch(),
                state.coordinatorEpoch(),
                state.lastTimestampMs(),
                state.transactionFirstOffset(),
                batches.subList(Math.max(0, batches.size() - count), batches.size()));
    }
}
