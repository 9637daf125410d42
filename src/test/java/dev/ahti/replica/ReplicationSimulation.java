package dev.ahti.replica;

import static dev.ahti.replica.ReplicaBrokers.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.replica.LocalReplica.AppendResult;
import dev.ahti.replica.LocalReplica.Leadership;
import dev.ahti.replica.replication.MemoryConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/**
 * One partition on three brokers while links break, processes die, images and answers of the metadata are late, and
 * leaders change; all drawn from one seed. Throughout:
 *
 * <ul>
 *   <li>each offset below a high watermark has one value, on every replica and for ever;
 *   <li>in one leader epoch one broker acknowledges;
 *   <li>the high watermark never goes back as clients see it;
 *   <li>acks=all gets through where two of three are well, and at the end nothing is missing that it was told is there.
 * </ul>
 */
final class ReplicationSimulation implements AutoCloseable {
    private static final int MIN_IN_SYNC = 2;
    private static final long APPEND_TIMEOUT_MS = 500;

    private final Random random;
    private final ReplicaBrokers brokers;
    /** What acks=all was told is there. */
    private final Map<Long, String> acknowledged = new ConcurrentHashMap<>();
    /** What has been below a high watermark. */
    private final SortedMap<Long, String> committed = new TreeMap<>();

    private final Map<Integer, Long> checkedUpTo = new HashMap<>();
    private final Map<Integer, Integer> acknowledgers = new ConcurrentHashMap<>();
    /** By leader epoch. */
    private final TreeMap<Integer, Long> highWatermarksSeen = new TreeMap<>();

    private final List<String> violations = java.util.Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> dead = new ArrayList<>();
    private final List<Integer> tailLost = new ArrayList<>();
    private int values;

    ReplicationSimulation(ActorTestKit kit, Path path, long seed) throws Exception {
        random = new Random(seed);
        brokers = new ReplicaBrokers(kit, path);
        brokers.createTopic(Map.of("min.insync.replicas", Integer.toString(MIN_IN_SYNC)), 1, 2, 3);
        brokers.network.dialAll();
        brokers.awaitIsr(1, 2, 3);
    }

    void run(int steps) throws Exception {
        for (int i = 0; i < steps; i++) {
            step();
            check();
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(6000)));
        }
        heal();
        oneBrokerIsGone();
        heal();
        compareAll();
    }

    int acknowledgedRecords() {
        return acknowledged.size();
    }

    int leaderEpochs() {
        return acknowledgers.size();
    }

    private void step() throws Exception {
        int dice = random.nextInt(100);
        if (dice < 55) {
            append(APPEND_TIMEOUT_MS);
        } else if (dice < 63) {
            cutOrDial();
        } else if (dice < 73) {
            holdOrLetGo();
        } else if (dice < 80) {
            disturbMetadata();
        } else if (dice < 88) {
            brokers.showAll();
        } else if (dice < 93) {
            killOrStart();
        } else if (dice < 97) {
            fenceOrRegisterAgain();
        } else {
            brokers.network.dialAll();
        }
    }

    /** What happens to the leader is of more interest. */
    private int oftenTheLeader() {
        int leader = brokers.state().leader();
        return leader > 0 && random.nextInt(5) < 3 ? leader : anyBroker();
    }

    private int anyBroker() {
        return 1 + random.nextInt(3);
    }

    /** At every broker that believes that it leads. */
    private void append(long timeoutMs) {
        for (ReplicaBroker broker : brokers.running()) {
            ReplicaHandle replica = broker.replica();
            if (replica.leadership().leading()) {
                int acks = random.nextInt(4) == 0 ? 1 : -1;
                String[] records = new String[1 + random.nextInt(3)];
                for (int i = 0; i < records.length; i++) {
                    records[i] = "v" + values++;
                }
                ReplicaFixture.append(replica, acks, ReplicaFixture.records(records), timeoutMs)
                        .thenAccept(result -> acknowledged(broker.id, replica, acks, records, result));
            }
        }
    }

    private void acknowledged(int broker, ReplicaHandle replica, int acks, String[] records, AppendResult result) {
        if (result.error() != Errors.NONE) {
            return;
        }
        int epoch = replica.log().epochOf(result.baseOffset());
        Integer other = acknowledgers.putIfAbsent(epoch, broker);
        if (other != null && other != broker) {
            violations.add("brokers " + other + " and " + broker + " acknowledge in epoch " + epoch);
        }
        for (int i = 0; acks == -1 && i < records.length; i++) {
            String before = acknowledged.put(result.baseOffset() + i, records[i]);
            if (before != null) {
                violations.add(
                        before + " and " + records[i] + " are both acknowledged at " + (result.baseOffset() + i));
            }
        }
    }

    private void cutOrDial() {
        int follower = anyBroker();
        int leader = anyBroker();
        if (follower == leader || dead.contains(follower) || dead.contains(leader)) {
            return;
        }
        if (random.nextBoolean()) {
            brokers.network.cut(follower, leader);
        } else {
            brokers.network.dial(follower, leader);
        }
    }

    private void holdOrLetGo() {
        int follower = anyBroker();
        int leader = anyBroker();
        if (follower == leader || dead.contains(follower) || dead.contains(leader)) {
            return;
        }
        MemoryConnection connection = brokers.network.dial(follower, leader);
        switch (random.nextInt(5)) {
            case 0 -> connection.hold();
            case 1 -> connection.holdToDialler();
            case 2 -> connection.holdToAcceptor();
            default -> connection.letGo();
        }
    }

    private void disturbMetadata() {
        ReplicaBroker broker = brokers.broker(oftenTheLeader());
        if (broker != null) {
            boolean hearsNothing = random.nextInt(3) == 0;
            broker.imageStands = hearsNothing || random.nextInt(4) == 0;
            broker.losesReplies = hearsNothing || random.nextInt(4) == 0;
            broker.cutFromMetadata = random.nextInt(6) == 0;
        }
    }

    private void killOrStart() throws Exception {
        if (!dead.isEmpty()) {
            startAgain(dead.remove(0));
            return;
        }
        int id = oftenTheLeader();
        if (random.nextBoolean() && mayLoseItsTail(id)) {
            long end = brokers.replica(id).log().logEndOffset();
            kill(id);
            brokers.loseTail(id, Math.max(0, end - random.nextInt(20)));
            tailLost.add(id);
        } else {
            kill(id);
        }
        if (random.nextBoolean()) {
            brokers.declareDead(id);
        }
    }

    /** Only while both others have whatever was acknowledged. */
    private boolean mayLoseItsTail(int id) {
        return brokers.state().isr().size() == 3
                && tailLost.isEmpty()
                && brokers.running().stream().noneMatch(each -> each.imageStands)
                && brokers.broker(id) != null;
    }

    private void kill(int id) throws Exception {
        if (random.nextInt(3) == 0) {
            brokers.metadata.shutDown(id);
        }
        brokers.kill(id);
        dead.add(id);
        checkedUpTo.remove(id);
    }

    private void startAgain(int id) throws Exception {
        brokers.start(id, !tailLost.remove((Integer) id));
        brokers.network.dialAll();
    }

    private void fenceOrRegisterAgain() {
        for (ReplicaBroker broker : brokers.running()) {
            BrokerImage registered = brokers.metadata.image().brokers().get(broker.id);
            if (registered.fenced()) {
                brokers.registerAgain(broker.id);
                return;
            }
        }
        int id = oftenTheLeader();
        if (brokers.broker(id) != null) {
            brokers.metadata.declareDead(id);
            if (random.nextBoolean()) {
                brokers.showAll();
            }
        }
    }

    private void check() throws IOException {
        assertThat(violations).isEmpty();
        for (ReplicaBroker broker : brokers.running()) {
            checkCommitted(broker.id, broker.replica());
            Leadership view = broker.replica().leadership();
            if (view.leading() && view.highWatermark() >= view.epochStartOffset()) {
                checkHighWatermark(view);
            }
        }
    }

    private void checkHighWatermark(Leadership view) {
        for (Map.Entry<Integer, Long> earlier :
                highWatermarksSeen.headMap(view.leaderEpoch(), true).entrySet()) {
            assertThat(view.highWatermark())
                    .as("high watermark in epoch %s after epoch %s", view.leaderEpoch(), earlier.getKey())
                    .isGreaterThanOrEqualTo(earlier.getValue());
        }
        highWatermarksSeen.put(view.leaderEpoch(), view.highWatermark());
    }

    private void checkCommitted(int broker, ReplicaHandle replica) throws IOException {
        long end = replica.highWatermark();
        long from = checkedUpTo.getOrDefault(broker, 0L);
        if (end <= from) {
            return;
        }
        SortedMap<Long, String> contents;
        try {
            contents = LogContents.of(replica.log(), from, end);
        } catch (OffsetOutOfRangeException e) {
            throw new AssertionError("broker " + broker + " says that it has up to " + end, e);
        }
        assertThat(contents.keySet())
                .as("broker %s below its high watermark", broker)
                .hasSize((int) (end - from));
        contents.forEach((offset, value) -> {
            String before = committed.putIfAbsent(offset, value);
            assertThat(before == null ? value : before)
                    .as("offset %s on broker %s", offset, broker)
                    .isEqualTo(value);
        });
        checkedUpTo.put(broker, end);
    }

    /** Everybody runs, hears and is heard. */
    private void heal() throws Exception {
        while (!dead.isEmpty()) {
            startAgain(dead.remove(0));
        }
        for (ReplicaBroker broker : brokers.running()) {
            broker.imageStands = false;
            broker.cutFromMetadata = false;
            broker.losesReplies = false;
        }
        brokers.showAll();
        for (ReplicaBroker broker : List.copyOf(brokers.running())) {
            if (brokers.metadata.image().brokers().get(broker.id).fenced()) {
                brokers.registerAgain(broker.id);
            }
        }
        for (int follower = 1; follower <= 3; follower++) {
            for (int leader = 1; leader <= 3; leader++) {
                if (follower != leader) {
                    brokers.network.dial(follower, leader).letGo();
                }
            }
        }
        brokers.awaitIsr(1, 2, 3);
        appendUntilAcknowledged();
    }

    private void appendUntilAcknowledged() {
        int before = acknowledged.size();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            append(PATIENCE.toMillis());
            check();
            return acknowledged.size() > before;
        });
    }

    /** A follower falls silent and the metadata do not hear of it: the others go on without it. */
    private void oneBrokerIsGone() throws Exception {
        int gone = brokers.state().leader() % 3 + 1;
        for (int other = 1; other <= 3; other++) {
            if (other != gone) {
                brokers.network.cut(gone, other);
            }
        }
        brokers.awaitState(state -> !state.isrBrokers().contains(gone));
        appendUntilAcknowledged();
    }

    private void compareAll() throws IOException {
        // Before the end is looked at: what is still under way may be acknowledged behind it.
        Map<Long, String> acknowledgedByNow = Map.copyOf(acknowledged);
        int leader = brokers.state().leader();
        long end = brokers.replica(leader).log().logEndOffset();
        for (int id = 1; id <= 3; id++) {
            int broker = id;
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            brokers.replica(broker).log().logEndOffset())
                    .isGreaterThanOrEqualTo(end));
            brokers.awaitHighWatermark(id, brokers.replica(leader).highWatermark());
        }
        check();
        SortedMap<Long, String> expected =
                LogContents.of(brokers.replica(leader).log(), 0, end);
        for (int id = 1; id <= 3; id++) {
            assertThat(LogContents.of(brokers.replica(id).log(), 0, end))
                    .as("the log of broker %s", id)
                    .isEqualTo(expected);
        }
        acknowledgedByNow.forEach((offset, value) -> assertThat(expected.get(offset))
                .as("acknowledged at %s, and the log ends at %s", offset, end)
                .startsWith(value + "@"));
    }

    @Override
    public void close() throws Exception {
        brokers.close();
    }
}
