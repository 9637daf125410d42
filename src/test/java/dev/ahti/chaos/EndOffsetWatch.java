package dev.ahti.chaos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Asks again and again where the partitions end: as clients see it, that never goes back (rule 12). */
final class EndOffsetWatch implements Runnable {
    private final String bootstrap;
    private final List<TopicPartition> partitions;
    private final Verdict verdict;
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private volatile boolean running = true;

    EndOffsetWatch(String bootstrap, List<TopicPartition> partitions, Verdict verdict) {
        this.bootstrap = bootstrap;
        this.partitions = partitions;
        this.verdict = verdict;
    }

    @Override
    public void run() {
        try (Admin admin = ChaosCluster.admin(bootstrap)) {
            for (int i = 0; running; i++) {
                ask(admin, partitions.get(i % partitions.size()));
                Chaos.pause(50);
            }
        }
    }

    private void ask(Admin admin, TopicPartition partition) {
        try {
            long end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
            Long before = ends.put(partition, end);
            verdict.count("end offsets asked for");
            if (before != null && end < before) {
                verdict.violation("end offset goes back (rule 12)", partition + " from " + before + " to " + end);
            }
        } catch (ExecutionException notNow) {
            verdict.count("end offsets not answered");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void stop() {
        running = false;
    }
}
