package dev.ahti.replica.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.log.LogDirectory;
import dev.ahti.log.LogSettings;
import dev.ahti.log.PartitionLog;
import dev.ahti.model.PartitionId;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerIdentity;
import dev.ahti.replica.replication.ToFollower.Diverging;
import dev.ahti.replica.replication.ToFollower.HighWatermarkAlone;
import dev.ahti.replica.replication.ToFollower.Records;
import dev.ahti.replica.replication.ToFollower.Refused;
import dev.ahti.replica.replication.ToFollower.StartAt;
import dev.ahti.replica.replication.ToLeader.Ack;
import dev.ahti.replica.replication.ToLeader.Follow;
import dev.ahti.replica.replication.ToLeader.Unfollow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one follower is sent of real logs; every turn is taken by the test. */
class FollowerFeedTest {
    private static final int EPOCH = 5;
    private static final int FOLLOWER = 2;

    @TempDir
    Path path;

    private final ScheduledExecutorService background = Executors.newScheduledThreadPool(1);
    private final Map<PartitionId, Led> partitions = new HashMap<>();
    private final List<Runnable> later = new ArrayList<>();
    private final Connection connection = new Connection();
    private final FollowerFeed feed =
            new FollowerFeed(connection, partitions::get, (delay, action) -> later.add(action), () -> {});
    private LogDirectory directory;

    @BeforeEach
    void open() throws IOException {
        directory = LogDirectory.open(path, 1, new LogSettings(1, 1, Time.SYSTEM, background));
    }

    @AfterEach
    void close() throws IOException {
        directory.close();
        background.shutdownNow();
    }

    private static final class Connection implements PeerConnection {
        private int wakes;
        private String closed;

        @Override
        public PeerIdentity peer() {
            return new PeerIdentity(FOLLOWER, Uuid.ZERO_UUID, 1);
        }

        @Override
        public long silentNanos() {
            return 0;
        }

        @Override
        public void wake() {
            wakes++;
        }

        @Override
        public void close(String reason) {
            closed = reason;
        }
    }

    private static final class Led implements LedPartition {
        private final PartitionId id;
        private final PartitionLog log;
        private final List<FollowerStream> streams = new ArrayList<>();
        private int leadingEpoch = EPOCH;
        /** After so many questions it leads no more. */
        private int questionsLeft = Integer.MAX_VALUE;

        private long highWatermark;
        private int reports;

        Led(PartitionId id, PartitionLog log) {
            this.id = id;
            this.log = log;
        }

        void append(int count, int bytes) throws IOException {
            for (int i = 0; i < count; i++) {
                MemoryRecords batch = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[bytes]));
                log.appendAsLeader(batch, EPOCH);
            }
            streams.forEach(FollowerStream::wake);
        }

        void raise(long offset) {
            highWatermark = offset;
            streams.forEach(FollowerStream::highWatermarkRaised);
        }

        @Override
        public PartitionLog log() {
            return log;
        }

        @Override
        public int leadingEpoch() {
            return questionsLeft-- > 0 ? leadingEpoch : -1;
        }

        @Override
        public long highWatermark() {
            return highWatermark;
        }

        @Override
        public void add(FollowerStream stream) {
            streams.add(stream);
        }

        @Override
        public void remove(FollowerStream stream) {
            streams.remove(stream);
        }

        @Override
        public void reported(FollowerStream stream) {
            reports++;
        }
    }

    private Led partition(String topic) throws IOException {
        Uuid id = Uuid.randomUuid();
        PartitionLog log =
                directory.open(new TopicPartition(topic, 0), id, new LogConfig(Map.of("segment.bytes", "10000000")));
        Led led = new Led(new PartitionId(id, 0), log);
        partitions.put(led.id, led);
        return led;
    }

    private void say(ToLeader... messages) {
        ByteBuffer frame = ByteBuffer.allocate(messages.length * ReplicationCodec.MAX_MESSAGE_BYTES);
        for (ToLeader message : messages) {
            ReplicationCodec.write(frame, message);
        }
        feed.onFrame(frame.flip());
    }

    private void follow(int stream, Led partition, long logEnd, int lastEpoch) {
        say(new Follow(stream, partition.id, EPOCH, Uuid.ZERO_UUID, 0, logEnd, lastEpoch));
    }

    private List<ToFollower> next() {
        ByteString frame = feed.next();
        return frame == null ? List.of() : ReplicationCodec.readToFollower(ByteBuffer.wrap(frame.toArray()));
    }

    private ToFollower only() {
        List<ToFollower> all = next();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private void timePasses() {
        List<Runnable> due = List.copyOf(later);
        later.clear();
        due.forEach(Runnable::run);
    }

    @Test
    void shouldSendFromTheFollowersLogEndOn() throws IOException {
        Led partition = partition("t");
        partition.append(3, 100);
        partition.raise(2);
        follow(7, partition, 1, EPOCH);

        Records records = (Records) only();

        assertThat(records.stream()).isEqualTo(7);
        assertThat(records.startOffset()).isEqualTo(1);
        assertThat(records.highWatermark()).isEqualTo(2);
        assertThat(WholeBatches.in(records.records()))
                .isEqualTo(new WholeBatches(records.records().limit(), 1, 3));
        assertThat(next()).isEmpty();
    }

    @Test
    void shouldTakeNoTimeOfPartitionsInWhichNothingHappens() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        assertThat(next()).isEmpty();
        timePasses();
        assertThat(((HighWatermarkAlone) only()).highWatermark()).isZero();
        int wakes = connection.wakes;

        timePasses();

        assertThat(next()).isEmpty();
        assertThat(connection.wakes).isEqualTo(wakes);
        assertThat(later).isEmpty();
    }

    @Test
    void shouldPutManyPartitionsIntoOneFrame() throws IOException {
        for (int i = 0; i < 20; i++) {
            Led partition = partition("t" + i);
            partition.append(1, 100);
            follow(i, partition, 0, -1);
        }

        assertThat(next()).hasSize(20);
        assertThat(next()).isEmpty();
    }

    @Test
    void shouldSendWholeBatchesOnly() throws IOException {
        Led partition = partition("t");
        partition.append(40, 30_000);
        follow(1, partition, 0, -1);

        long end = 0;
        for (List<ToFollower> frame = next(); !frame.isEmpty(); frame = next()) {
            for (ToFollower message : frame) {
                Records records = (Records) message;
                WholeBatches batches = WholeBatches.in(records.records());
                assertThat(records.startOffset()).isEqualTo(end);
                assertThat(batches.bytes()).isEqualTo(records.records().limit());
                end = batches.endOffset();
            }
        }
        assertThat(end).isEqualTo(40);
    }

    @Test
    void shouldHoldBackWhatIsNotAcknowledged() throws IOException {
        Led partition = partition("t");
        partition.append(100, 100_000);
        follow(1, partition, 0, -1);
        long sent = 0;
        long end = 0;
        for (List<ToFollower> frame = next(); !frame.isEmpty(); frame = next()) {
            for (ToFollower message : frame) {
                Records records = (Records) message;
                sent += records.records().limit();
                end = WholeBatches.in(records.records()).endOffset();
            }
        }
        assertThat(sent)
                .isBetween((long) FollowerFeed.STREAM_WINDOW_BYTES, FollowerFeed.STREAM_WINDOW_BYTES + 101_000L);

        say(new Ack(1, 0, end));
        assertThat(((Records) next().get(0)).startOffset()).isEqualTo(end);
        assertThat(partition.streams.get(0).takeLogEnd()).isEqualTo(end);
    }

    @Test
    void shouldSendABatchThatIsLargerThanAFrame() throws IOException {
        Led partition = partition("t");
        partition.log.updateConfig(new LogConfig(Map.of("max.message.bytes", "9000000")));
        partition.append(1, FollowerFeed.STREAM_WINDOW_BYTES + 1000);
        follow(1, partition, 0, -1);

        assertThat(((Records) only()).records().limit()).isGreaterThan(FollowerFeed.STREAM_WINDOW_BYTES);
    }

    @Test
    void shouldLetAPartitionThatIsFarBehindWaitItsTurn() throws IOException {
        Led behind = partition("behind");
        behind.append(30, 100_000);
        Led brisk = partition("brisk");
        follow(1, behind, 0, -1);
        follow(2, brisk, 0, -1);
        next();

        brisk.append(1, 100);

        assertThat(next()).extracting(ToFollower::stream).contains(1, 2);
    }

    @Test
    void shouldSendTheHighWatermarkAloneWhereNoBatchFollows() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        partition.append(1, 100);
        next();
        timePasses();
        next();

        partition.raise(1);
        assertThat(next()).as("a batch may follow").isEmpty();
        timePasses();

        assertThat(only()).isEqualTo(new HighWatermarkAlone(1, 1, 0));
    }

    @Test
    void shouldSendNoHighWatermarkAloneWhileBatchesGoOut() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        for (int i = 1; i <= 10; i++) {
            partition.append(1, 100);
            assertThat(only()).isInstanceOf(Records.class);
            partition.raise(i);
            int wakes = connection.wakes;
            timePasses();
            assertThat(connection.wakes).as("not even woken").isEqualTo(wakes);
            assertThat(next()).isEmpty();
        }

        timePasses();

        assertThat(only()).isEqualTo(new HighWatermarkAlone(1, 10, 0));
        timePasses();
        assertThat(next()).isEmpty();
        assertThat(later).isEmpty();
    }

    @Test
    void shouldNotRepeatAHighWatermarkThatWentWithABatch() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        partition.append(1, 100);
        next();
        partition.raise(1);
        partition.append(1, 100);
        assertThat(((Records) only()).highWatermark()).isEqualTo(1);

        timePasses();

        assertThat(next()).isEmpty();
    }

    @Test
    void shouldSayWhereTheLogsPart() throws IOException {
        Led partition = partition("t");
        partition.log.appendAsLeader(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[1])), 2);
        partition.append(2, 100);

        follow(1, partition, 4, EPOCH);
        assertThat(only()).as("longer than ours").isEqualTo(new Diverging(1, EPOCH, 3));
        follow(2, partition, 3, 4);
        assertThat(only()).as("an epoch that we never had").isEqualTo(new Diverging(2, 2, 1));
        follow(3, partition, 2, 2);
        assertThat(only()).as("more of an epoch than we had").isEqualTo(new Diverging(3, 2, 1));
        assertThat(partition.streams).isEmpty();

        follow(4, partition, 1, 2);
        assertThat(only()).isInstanceOf(Records.class);
    }

    @Test
    void shouldThrowNothingAwayWhereTheFollowerKnowsALaterEpoch() throws IOException {
        Led partition = partition("t");
        partition.append(2, 100);

        follow(1, partition, 1, EPOCH + 1);

        assertThat(only()).isEqualTo(new Refused(1, Errors.UNKNOWN_LEADER_EPOCH));
    }

    @Test
    void shouldLetAFollowerBeginWhereTheLogDoes() throws IOException {
        Led partition = partition("t");
        partition.append(5, 100);
        partition.log.raiseLogStartOffset(3);

        follow(1, partition, 1, EPOCH);
        assertThat(only()).isEqualTo(new StartAt(1, 3));

        follow(2, partition, 3, -1);
        assertThat(((Records) only()).logStartOffset()).isEqualTo(3);
    }

    @Test
    void shouldSendTheWholeBatchInWhichTheLogBegins() throws IOException {
        Led partition = partition("t");
        SimpleRecord[] ten = new SimpleRecord[10];
        java.util.Arrays.setAll(ten, i -> new SimpleRecord(new byte[1]));
        partition.log.appendAsLeader(MemoryRecords.withRecords(Compression.NONE, ten), EPOCH);
        partition.log.raiseLogStartOffset(4);

        follow(1, partition, 4, -1);
        assertThat(only()).isEqualTo(new StartAt(1, 0));

        follow(2, partition, 0, -1);
        assertThat(only()).isInstanceOf(StartAt.class);
    }

    @Test
    void shouldStartAnewWhereTheLogsBeginningOvertakesTheFollower() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        partition.append(5, 100);
        partition.log.raiseLogStartOffset(2);

        assertThat(only()).isEqualTo(new StartAt(1, 2));
        partition.append(1, 100);
        assertThat(next()).as("the stream has ended").isEmpty();
    }

    /** Trap 4. */
    @Test
    void shouldRefuseWhatItDoesNotKnowYet() {
        PartitionId unknown = new PartitionId(Uuid.randomUuid(), 0);
        say(new Follow(1, unknown, EPOCH, Uuid.ZERO_UUID, 0, 0, -1));

        assertThat(only()).isEqualTo(new Refused(1, Errors.UNKNOWN_TOPIC_ID));
    }

    @Test
    void shouldRefuseWhoFollowsInAnotherEpoch() throws IOException {
        Led partition = partition("t");
        say(new Follow(1, partition.id, EPOCH - 1, Uuid.ZERO_UUID, 0, 0, -1));
        assertThat(only()).isEqualTo(new Refused(1, Errors.FENCED_LEADER_EPOCH));
        say(new Follow(2, partition.id, EPOCH + 1, Uuid.ZERO_UUID, 0, 0, -1));
        assertThat(only()).isEqualTo(new Refused(2, Errors.UNKNOWN_LEADER_EPOCH));
        partition.leadingEpoch = -1;
        follow(3, partition, 0, -1);
        assertThat(only()).isEqualTo(new Refused(3, Errors.NOT_LEADER_OR_FOLLOWER));
        assertThat(partition.reports).isZero();
    }

    @Test
    void shouldEndAStreamWhenTheEpochEnds() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        next();
        partition.leadingEpoch = EPOCH + 1;
        partition.append(1, 100);

        assertThat(only()).isEqualTo(new Refused(1, Errors.NOT_LEADER_OR_FOLLOWER));
        assertThat(partition.streams).isEmpty();
    }

    /** The log may have been cut and written by another leader between the look at the epoch and the read. */
    @Test
    void shouldSendNothingThatWasReadAfterTheEpochHadEnded() throws IOException {
        Led partition = partition("t");
        partition.append(1, 100);
        follow(1, partition, 0, -1);
        for (int questions = 0; questions < 3; questions++) {
            partition.questionsLeft = questions;
            List<ToFollower> sent = next();
            if (!sent.isEmpty()) {
                assertThat(sent).containsExactly(new Refused(1, Errors.NOT_LEADER_OR_FOLLOWER));
                return;
            }
        }
        throw new AssertionError("nothing was sent at all");
    }

    @Test
    void shouldForgetWhoUnfollows() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        say(new Unfollow(1), new Ack(1, 0, 0), new Unfollow(1));
        partition.append(1, 100);

        assertThat(next()).isEmpty();
        assertThat(partition.streams).isEmpty();
        assertThat(connection.closed).isNull();
    }

    @Test
    void shouldKeepOneStreamForAPartition() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        follow(2, partition, 0, -1);
        partition.append(1, 100);

        assertThat(only().stream()).isEqualTo(2);
        assertThat(partition.streams).hasSize(1);
    }

    @Test
    void shouldCloseTheConnectionOfWhoAcknowledgesWhatWasNotSent() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        say(new Ack(1, 0, 1));

        assertThat(connection.closed).contains("acknowledges 1");
        assertThat(partition.streams.get(0).takeLogEnd()).isZero();
    }

    @Test
    void shouldCloseTheConnectionOnAFrameThatIsNone() {
        feed.onFrame(ByteBuffer.wrap(new byte[] {99, 0, 0, 0, 0}));

        assertThat(connection.closed).contains("type 99");
    }

    @Test
    void shouldLeaveThePartitionsWhenTheConnectionIsGone() throws IOException {
        Led partition = partition("t");
        follow(1, partition, 0, -1);
        feed.onClosed();

        assertThat(partition.streams).isEmpty();
    }
}
