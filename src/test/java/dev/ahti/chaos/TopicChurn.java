package dev.ahti.chaos;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates and deletes topics through any broker, and remembers what was answered. */
final class TopicChurn implements Runnable {
    private static final String PREFIX = "churn-";

    private final List<String> bootstraps;
    private final RandomGenerator random;
    private final Verdict verdict;
    private final Deque<String> created = new ArrayDeque<>();
    private final Set<String> deleted = new HashSet<>();
    private volatile boolean running = true;

    TopicChurn(List<String> bootstraps, RandomGenerator random, Verdict verdict) {
        this.bootstraps = bootstraps;
        this.random = random;
        this.verdict = verdict;
    }

    @Override
    public void run() {
        for (int i = 0; running; i++) {
            try (Admin admin = ChaosCluster.admin(bootstraps.get(random.nextInt(bootstraps.size())))) {
                create(admin, PREFIX + i);
                if (created.size() > 10) {
                    delete(admin);
                }
            }
            Chaos.pause(300 + random.nextInt(1500));
        }
    }

    private void create(Admin admin, String topic) {
        try {
            admin.createTopics(List.of(new NewTopic(topic, 1 + random.nextInt(2), (short) 3)))
                    .all()
                    .get();
            created.add(topic);
            verdict.count("topics created");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) { // by a try whose answer was lost
                created.add(topic);
            }
            verdict.count("topics not created: " + e.getCause().getClass().getSimpleName());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void delete(Admin admin) {
        String topic = created.remove();
        try {
            admin.deleteTopics(List.of(topic)).all().get();
            deleted.add(topic);
            verdict.count("topics deleted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                deleted.add(topic);
            } // else nobody knows whether it is still there
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void stop() {
        running = false;
    }

    /** After it has stopped: every broker shows what was answered. */
    void check(ChaosBroker broker, Set<String> shown) {
        created.stream()
                .filter(each -> !shown.contains(each))
                .forEach(each -> verdict.violation("created topic is gone", each + " at broker " + broker.id()));
        shown.stream()
                .filter(deleted::contains)
                .forEach(each -> verdict.violation("deleted topic is there", each + " at broker " + broker.id()));
    }
}
