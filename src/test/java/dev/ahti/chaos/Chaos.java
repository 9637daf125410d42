package dev.ahti.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/**
 * One run: a cluster under load, faults by chance from a seed until the time is up, and then the reckoning. The seed fixes
 * which faults come, where and after which waits; what they meet is up to the machine.
 */
final class Chaos {
    private static final int TO_BE_IN_SYNC_SECONDS = 30;
    private static final int HOPELESS_SECONDS = 120;

    private final long seed;
    private final Random random;
    private final Verdict verdict;
    private final Path directory;
    private final ChaosCluster cluster;
    private final List<TopicPartition> partitions;
    private final Ledger ledger;
    private final List<ProducerLoad> producers = new ArrayList<>();
    private final List<ConsumerLoad> consumers = new ArrayList<>();
    private final List<Thread> sending = new ArrayList<>();
    private final JournalTail journal;
    private final ChaosGroups groups;
    private boolean healed = true;

    Chaos(long seed, Hosts hosts, Path directory, List<String> launcher, Verdict verdict) {
        this.seed = seed;
        this.random = new Random(seed);
        this.directory = directory;
        this.verdict = verdict;
        this.ledger = new Ledger(verdict);
        this.cluster = new ChaosCluster(hosts, directory, launcher, verdict);
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close)); // interrupted: brokers would live on
        this.partitions = Stream.of("first", "second")
                .flatMap(topic -> IntStream.range(0, 3).mapToObj(p -> new TopicPartition(topic, p)))
                .toList();
        this.journal = new JournalTail(cluster.database(), verdict);
        this.groups = new ChaosGroups(cluster, partitions, verdict);
    }

    /** For what happens by chance and takes time; whatever is waited for is awaited. */
    static void pause(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether all went well. */
    boolean run(Duration duration) throws Exception {
        try (cluster) {
            awaitHealed(System.nanoTime(), false);
            thread("journal", journal);
            try (Admin admin = ChaosCluster.admin(cluster.bootstrap(1))) {
                admin.createTopics(Stream.of("first", "second")
                                .map(topic -> new NewTopic(topic, 3, (short) 3))
                                .toList())
                        .all()
                        .get();
                groups.start(admin);
            }
            EndOffsetWatch ends = new EndOffsetWatch(cluster.bootstrap(2), partitions, verdict);
            TopicChurn churn = new TopicChurn(
                    cluster.brokers().stream().map(ChaosBroker::bootstrap).toList(), new Random(seed), verdict);
            startLoad();
            thread("end offsets", ends);
            Thread churning = thread("churn", churn);
            FirstAck firstAck = new FirstAck(ledger, verdict);
            Faults faults = new Faults(cluster, partitions, firstAck, groups, ledger, verdict, random);
            long deadline = System.nanoTime() + duration.toNanos();
            boolean hopeful = true;
            while (hopeful && System.nanoTime() - deadline < 0) {
                hopeful = strike(faults);
            }
            verdict.say("no more faults");
            hopeful = hopeful && awaitHealed(System.nanoTime(), true);
            churn.stop();
            ends.stop();
            producers.forEach(ProducerLoad::stop);
            for (Thread each : sending) {
                each.join(TimeUnit.SECONDS.toMillis(150));
                if (each.isAlive()) {
                    verdict.violation("a producer never ends", each.getName());
                }
            }
            churning.join(TimeUnit.SECONDS.toMillis(60));
            firstAck.awaitAll();
            if (hopeful) {
                reckon(churn);
            }
            cluster.shutDown();
            checkLogs();
        }
        return conclude();
    }

    static Thread thread(String name, Runnable what) {
        Thread thread = new Thread(what, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void startLoad() {
        addProducer("a", 1, 2_000);
        addProducer("b", 2, 5_000);
        addProducer("c", 3, 30_000);
        addProducer(ProducerLoad.ACKS_ONE, 1, 2_000);
        for (int id = 1; id <= 2; id++) {
            ConsumerLoad consumer = new ConsumerLoad("consumer " + id, cluster.bootstrap(id), partitions, verdict);
            consumers.add(consumer);
            thread(consumer.name(), consumer);
        }
    }

    private void addProducer(String name, int id, int requestTimeoutMs) {
        ProducerLoad producer =
                new ProducerLoad(name, cluster.bootstrap(id), partitions, 100, requestTimeoutMs, ledger, verdict);
        producers.add(producer);
        sending.add(thread("producer " + name, producer));
    }

    private boolean strike(Faults faults) {
        pause(300 + random.nextInt(2000));
        faults.next(healed);
        long since = System.nanoTime();
        boolean hopeful = true;
        healed = random.nextInt(4) > 0; // else the next fault comes on top of this one
        if (healed) {
            hopeful = awaitHealed(since, true);
        }
        return hopeful;
    }

    /**
     * Whether everything is in sync again in a time that leaves hope. How long a JVM takes to start is the machine's
     * matter: the time that counts begins when all are ready.
     */
    private boolean awaitHealed(long since, boolean measured) {
        long ready = 0;
        while (true) {
            String amiss = cluster.unready();
            long now = System.nanoTime();
            if (!amiss.isEmpty()) {
                ready = 0;
            } else {
                ready = ready == 0 ? now : ready;
                amiss = cluster.outOfSync();
            }
            long ms = TimeUnit.NANOSECONDS.toMillis(now - since);
            if (amiss.isEmpty()) {
                if (measured) {
                    inSync(ms, TimeUnit.NANOSECONDS.toMillis(now - ready));
                }
                return true;
            }
            if (ms > HOPELESS_SECONDS * 1000L) {
                verdict.violation("never in sync again", amiss);
                cluster.brokers().forEach(each -> each.signal("QUIT")); // thread dumps into their logs
                pause(2000);
                return false;
            }
            pause(200);
        }
    }

    private void inSync(long ms, long msAfterReady) {
        verdict.measured("until all is in sync after healing", ms);
        verdict.measured("until all is in sync after all are ready", msAfterReady);
        verdict.say("  all in sync " + ms + " ms after healing, " + msAfterReady + " ms after all were ready");
        if (msAfterReady > TO_BE_IN_SYNC_SECONDS * 1000L) {
            verdict.violation("not in sync in time", msAfterReady + " ms after all were ready");
        }
    }

    /** While the brokers still run. */
    private void reckon(TopicChurn churn) throws SQLException {
        for (ChaosBroker each : cluster.brokers()) {
            JsonNode image = cluster.image(each.id());
            churn.check(each, ChaosCluster.topics(image));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (ConsumerLoad consumer : consumers) {
            for (TopicPartition each : partitions) {
                Map<Long, String> acknowledged = ledger.of(each);
                long end = acknowledged.keySet().stream().reduce((a, b) -> b).orElse(-1L) + 1;
                while (consumer.size(each) < end && System.nanoTime() - deadline < 0) {
                    pause(100);
                }
            }
        }
        groups.reckon(ledger, deadline);
        pause(500); // the last records of the producer with acks=1
        consumers.forEach(ConsumerLoad::stop);
        journal.end();
    }

    private void checkLogs() throws IOException {
        List<TopicPartition> all = new ArrayList<>(partitions);
        all.add(RebornTopic.PARTITION);
        long records = 0;
        for (TopicPartition each : all) {
            Map<Integer, List<StoredRecord>> replicas = new LinkedHashMap<>();
            for (ChaosBroker broker : cluster.brokers()) {
                Path files = broker.data().resolve(each.toString());
                if (Files.exists(files)) {
                    replicas.put(broker.id(), StoredRecord.readAll(files));
                }
            }
            if (replicas.isEmpty()) {
                continue; // It was never made.
            }
            LogCheck check = new LogCheck(verdict, each);
            check.replicasAgree(replicas);
            List<StoredRecord> log = replicas.values().iterator().next();
            records += log.size();
            check.isInOrder(log);
            check.holdsAll(log, ledger.of(each));
            for (ConsumerLoad consumer : consumers) {
                if (partitions.contains(each)) {
                    check.agreesWith(log, consumer.name(), consumer.consumed(each));
                }
            }
            long lost = ledger.ofLeader(each).entrySet().stream()
                    .filter(ack -> ack.getKey() >= log.size()
                            || !log.get(ack.getKey().intValue()).value().equals(ack.getValue()))
                    .count();
            verdict.count("records acknowledged with acks=1 and lost, as may be", (int) lost);
        }
        verdict.say(
                ledger.count() + " records acknowledged with acks=all, " + records + " in the logs of each replica");
    }

    private boolean conclude() {
        verdict.summary();
        boolean well = verdict.violations().isEmpty();
        verdict.say(
                well
                        ? "VERDICT: nothing acknowledged was lost, duplicated or reordered; seed " + seed
                        : "VERDICT: " + verdict.violations().size() + " violations; seed " + seed
                                + ", files and logs in " + directory);
        return well;
    }
}
