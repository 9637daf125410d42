package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceResponse.RecordError;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a producer sends goes to our validation and to Kafka's log: the same error, or both take it. */
class BatchValidationTest {
    private static final int BASE_OFFSET = 0;
    private static final int LENGTH = 8;
    private static final int MAGIC = 16;
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int MAX_TIMESTAMP = 35;
    private static final int PRODUCER_ID = 43;
    private static final int BASE_SEQUENCE = 53;
    private static final int COUNT = 57;

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private final long now = time.milliseconds();
    private int comparisons;

    @Test
    void aPlainBatchIsTaken() throws Exception {
        assertBoth(Errors.NONE, Map.of(), batch());
    }

    @Test
    void aBaseOffsetOtherThanZeroIsRefused() throws Exception {
        assertBoth(Errors.INVALID_RECORD, Map.of(), changed(batch(), bytes -> bytes.putLong(BASE_OFFSET, 1)));
    }

    @Test
    void aBatchOverMaxMessageBytesIsRefused() throws Exception {
        int size = batch().sizeInBytes();
        assertBoth(Errors.NONE, Map.of("max.message.bytes", "" + size), batch());
        assertBoth(Errors.MESSAGE_TOO_LARGE, Map.of("max.message.bytes", "" + (size - 1)), batch());
    }

    @Test
    void aBatchLargerThanASegmentIsRefused() throws Exception {
        MemoryRecords large = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(now, new byte[1_050_000]));
        assertBoth(
                Errors.RECORD_LIST_TOO_LARGE,
                Map.of("segment.bytes", "1048576", "max.message.bytes", "2000000"),
                large);
    }

    @Test
    void aChecksumThatDoesNotMatchIsRefused() throws Exception {
        for (int at : new int[] {ATTRIBUTES, COUNT, batch().sizeInBytes() - 1, CRC}) {
            MemoryRecords damaged = batch();
            damaged.buffer().put(at, (byte) (damaged.buffer().get(at) ^ 4));
            assertBoth(Errors.CORRUPT_MESSAGE, Map.of(), damaged);
        }
    }

    @Test
    void theChecksumIsFoundInADirectBufferToo() {
        ByteBuffer heap = batch().buffer();
        ByteBuffer direct = ByteBuffer.allocateDirect(heap.remaining() + 7).position(7);
        direct.put(heap.duplicate()).position(7);
        MemoryRecords records = MemoryRecords.readableRecords(direct);

        assertThat(ours(Map.of(), records)).isEqualTo(Errors.NONE.name());
        direct.put(direct.limit() - 1, (byte) 99);
        assertThat(ours(Map.of(), records)).isEqualTo(Errors.CORRUPT_MESSAGE.name());
    }

    @Test
    void aCountThatIsNotTheOffsetRangeIsRefused() throws Exception {
        assertBoth(Errors.INVALID_RECORD, Map.of(), changed(batch(), bytes -> bytes.putInt(COUNT, 4)));
        assertBoth(Errors.INVALID_RECORD, Map.of(), changed(batch(), bytes -> bytes.putInt(LAST_OFFSET_DELTA, 4)));
        assertBoth(Errors.INVALID_RECORD, Map.of(), changed(batch(), bytes -> bytes.putInt(COUNT, 0)
                .putInt(LAST_OFFSET_DELTA, -1)));
        assertBoth(Errors.INVALID_RECORD, Map.of(), changed(batch(), bytes -> bytes.putInt(COUNT, -5)
                .putInt(LAST_OFFSET_DELTA, -6)));
    }

    @Test
    void aControlBatchFromAClientIsRefusedAndFromACoordinatorTaken() throws Exception {
        MemoryRecords marker = MemoryRecords.withEndTransactionMarker(
                0, now, 0, 7, (short) 0, new EndTransactionMarker(ControlRecordType.ABORT, 0));
        assertBoth(Errors.INVALID_RECORD, Map.of(), copy(marker));
        assertBoth(Errors.INVALID_RECORD, Map.of(), changed(marker, bytes -> bytes.putInt(BASE_SEQUENCE, 0)));

        validation().check(marker, AppendOrigin.COORDINATOR, config(Map.of()), now);
    }

    @Test
    void anIdempotentBatchNeedsASequence() throws Exception {
        MemoryRecords idempotent =
                MemoryRecords.withIdempotentRecords(Compression.NONE, 7, (short) 0, 0, new SimpleRecord(now, one()));
        assertBoth(Errors.NONE, Map.of(), copy(idempotent));
        assertBoth(Errors.INVALID_RECORD, Map.of(), changed(idempotent, bytes -> bytes.putInt(BASE_SEQUENCE, -1)));
    }

    @Test
    void twoBatchesAreRefused() throws Exception {
        ByteBuffer two = ByteBuffer.allocate(2 * batch().sizeInBytes())
                .put(batch().buffer())
                .put(batch().buffer())
                .flip();
        assertBoth(Errors.INVALID_RECORD, Map.of(), MemoryRecords.readableRecords(two));
    }

    /** Where Kafka's log would take nothing without a word, or only the first batch: trap 33. */
    @Test
    void aBatchThatIsNotWholeIsRefused() {
        ByteBuffer whole = batch().buffer();
        for (int bytes = 0; bytes < whole.limit(); bytes++) {
            MemoryRecords cut = MemoryRecords.readableRecords(whole.duplicate().limit(bytes));
            assertThat(ours(Map.of(), cut)).as(bytes + " bytes").isEqualTo(Errors.INVALID_RECORD.name());
        }
        ByteBuffer more =
                ByteBuffer.allocate(whole.limit() + 3).put(whole.duplicate()).rewind();
        assertThat(ours(Map.of(), MemoryRecords.readableRecords(more))).isEqualTo(Errors.INVALID_RECORD.name());
    }

    @Test
    void aLengthThatIsNoneIsRefused() {
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 14, 48, Integer.MAX_VALUE - 3}) {
            MemoryRecords absurd = changed(batch(), bytes -> bytes.putInt(LENGTH, length));
            assertThat(ours(Map.of(), absurd))
                    .as("length " + length)
                    .isIn(Errors.INVALID_RECORD.name(), Errors.CORRUPT_MESSAGE.name());
        }
    }

    @Test
    void otherFormatsThanTwoAreRefused() {
        for (byte magic : new byte[] {0, 1, 3, -1}) {
            MemoryRecords other = changed(batch(), bytes -> bytes.put(MAGIC, magic));
            assertThat(ours(Map.of(), other)).isEqualTo(Errors.INVALID_RECORD.name());
        }
    }

    @Test
    void whatKafkaWouldCarryAlongIsRefused() {
        Map<Integer, Errors> flags = Map.of(
                0x08, Errors.INVALID_TIMESTAMP, // LogAppendTime
                0x10, Errors.INVALID_RECORD, // transactional, with no producer id
                0x40, Errors.INVALID_RECORD, // delete horizon
                0x05, Errors.UNSUPPORTED_COMPRESSION_TYPE);
        flags.forEach((flag, error) -> assertThat(
                        ours(Map.of(), changed(batch(), bytes -> bytes.putShort(ATTRIBUTES, flag.shortValue()))))
                .as("flag " + flag)
                .isEqualTo(error.name()));
    }

    @Test
    void aTransactionalBatchWithAProducerIdIsTaken() throws Exception {
        MemoryRecords transactional =
                MemoryRecords.withTransactionalRecords(Compression.NONE, 7, (short) 0, 0, new SimpleRecord(now, one()));
        assertBoth(Errors.NONE, Map.of(), copy(transactional));
        MemoryRecords without = changed(transactional, bytes -> bytes.putLong(PRODUCER_ID, -2));
        assertThat(ours(Map.of(), without)).isEqualTo(Errors.INVALID_RECORD.name());
    }

    @Test
    void aTimestampTooFarInTheFutureIsRefused() throws Exception {
        Map<String, String> config = Map.of("message.timestamp.after.max.ms", "1000");
        assertBoth(Errors.NONE, config, at(now + 1000, now));
        assertBoth(Errors.INVALID_TIMESTAMP, config, at(now, now + 1001));
        assertBoth(Errors.NONE, config, at(-1));
    }

    @Test
    void aTimestampTooFarInThePastIsRefusedInAnyRecord() throws Exception {
        Map<String, String> config = Map.of("message.timestamp.before.max.ms", "1000");
        assertBoth(Errors.NONE, config, at(now - 1000, now));
        assertBoth(Errors.NONE, config, at(-1));
        assertBoth(Errors.INVALID_TIMESTAMP, config, at(now, now - 1001, now));
        assertBoth(Errors.INVALID_TIMESTAMP, config, at(now - 1001));
    }

    @Test
    void aHeaderThatClaimsATimeInTheFutureIsRefused() {
        MemoryRecords lying = changed(batch(), bytes -> bytes.putLong(MAX_TIMESTAMP, now + 86_400_000));
        assertThat(ours(Map.of(), lying)).isEqualTo(Errors.INVALID_TIMESTAMP.name());
    }

    @Test
    void aTopicWithLogAppendTimeTakesAnyTime() throws Exception {
        Map<String, String> config = Map.of(
                "message.timestamp.type",
                "LogAppendTime",
                "message.timestamp.after.max.ms",
                "1000",
                "message.timestamp.before.max.ms",
                "1000");
        assertBoth(Errors.NONE, config, at(now + 100_000, 5, -1));
    }

    @Test
    void aCompactedTopicWantsKeys() throws Exception {
        Map<String, String> config = Map.of("cleanup.policy", "compact");
        for (Compression codec : List.of(Compression.NONE, Compression.gzip().build())) {
            SimpleRecord keyed = new SimpleRecord(now, one(), one());
            SimpleRecord keyless = new SimpleRecord(now, null, one());
            assertBoth(Errors.NONE, config, MemoryRecords.withRecords(codec, keyed, keyed));
            assertBoth(
                    Errors.INVALID_RECORD,
                    config,
                    MemoryRecords.withRecords(codec, keyed, keyless, keyed, keyless, keyless, keyless));
        }
        assertBoth(Errors.NONE, Map.of("cleanup.policy", "delete"), at(now));
    }

    @Test
    void recordsThatCannotBeReadAreRefusedWhereTheyAreWalked() {
        MemoryRecords garbage = changed(
                MemoryRecords.withRecords(Compression.gzip().build(), new SimpleRecord(now, one(), one())),
                bytes -> Arrays.fill(bytes.array(), 61, bytes.limit(), (byte) 3));
        assertThat(ours(Map.of("cleanup.policy", "compact"), copy(garbage))).isEqualTo(Errors.INVALID_RECORD.name());
        assertThat(ours(Map.of(), garbage)).as("as the class comment says").isEqualTo(Errors.NONE.name());
    }

    @Test
    void aBatchThatGrowsOverTheLimitWhenItIsCompressedAnewIsRefused() throws Exception {
        MemoryRecords small =
                MemoryRecords.withRecords(Compression.gzip().build(), new SimpleRecord(now, new byte[100_000]));
        assertBoth(
                Errors.MESSAGE_TOO_LARGE,
                Map.of("compression.type", "uncompressed", "max.message.bytes", "10000"),
                small);
    }

    @Test
    void replicatedBatchesAreCheckedUpToTheLastWholeOne() {
        MemoryRecords first = batch();
        MemoryRecords second = changed(batch(), bytes -> bytes.putLong(BASE_OFFSET, 3));
        int whole = first.sizeInBytes() + second.sizeInBytes();
        ByteBuffer bytes = ByteBuffer.allocate(whole + 90)
                .put(first.buffer())
                .put(second.buffer())
                .put(batch().buffer().limit(50));
        bytes.flip();
        assertThat(validation().checkReplicated(MemoryRecords.readableRecords(bytes), 0))
                .isEqualTo(whole);

        bytes.put(whole - 1, (byte) 77);
        assertThatThrownBy(() -> validation().checkReplicated(MemoryRecords.readableRecords(bytes), 0))
                .isInstanceOf(CorruptRecordException.class);
    }

    @Test
    void replicatedOffsetsRise() {
        ByteBuffer twice = ByteBuffer.allocate(2 * batch().sizeInBytes())
                .put(batch().buffer())
                .put(batch().buffer())
                .flip();
        assertThatThrownBy(() -> validation().checkReplicated(MemoryRecords.readableRecords(twice), 0))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("Out of order");
    }

    private void assertBoth(Errors expected, Map<String, String> config, MemoryRecords records) throws Exception {
        String kafkas;
        try (TwoLogs logs = new TwoLogs(directory.resolve("" + comparisons++), config)) {
            MemoryRecords theirs = copy(records);
            kafkas = outcome(() ->
                    logs.theirs.appendAsLeader(theirs, 1, org.apache.kafka.storage.internals.log.AppendOrigin.CLIENT));
        }
        assertThat(kafkas).as("Kafka").startsWith(expected.name());
        assertThat(ours(config, records)).as("ours").isEqualTo(kafkas);
    }

    private String ours(Map<String, String> config, MemoryRecords records) {
        return outcome(() -> validation().check(records, AppendOrigin.CLIENT, config(config), now));
    }

    private interface Attempt {
        void run() throws IOException;
    }

    /** Error, and the record errors if there are any. */
    private static String outcome(Attempt attempt) {
        try {
            attempt.run();
            return Errors.NONE.name();
        } catch (RecordValidationException e) {
            return Errors.forException(e.invalidException()).name() + text(e.recordErrors());
        } catch (IOException | RuntimeException e) {
            return Errors.forException(e).name() + (e instanceof RefusedRecords r ? text(r.recordErrors()) : "");
        }
    }

    private static String text(List<RecordError> errors) {
        return errors.stream()
                .map(error -> error.batchIndex + " " + error.message)
                .toList()
                .toString();
    }

    private static LogConfig config(Map<String, String> config) {
        return new LogConfig(config);
    }

    private static BatchValidation validation() {
        return new BatchValidation(new TopicPartition("t", 0));
    }

    private MemoryRecords batch() {
        return at(now, now + 1, now - 2);
    }

    private static MemoryRecords at(long... timestamps) {
        return MemoryRecords.withRecords(
                Compression.NONE,
                Arrays.stream(timestamps)
                        .mapToObj(timestamp -> new SimpleRecord(timestamp, one()))
                        .toArray(SimpleRecord[]::new));
    }

    private static byte[] one() {
        return new byte[] {1};
    }

    private static MemoryRecords copy(MemoryRecords records) {
        return MemoryRecords.readableRecords(TwoLogs.copy(records.buffer()));
    }

    /** The batch with other bytes and a checksum that matches them. */
    private static MemoryRecords changed(MemoryRecords records, Consumer<ByteBuffer> change) {
        ByteBuffer bytes = TwoLogs.copy(records.buffer());
        change.accept(bytes);
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(ATTRIBUTES));
        bytes.putInt(CRC, (int) crc.getValue());
        return MemoryRecords.readableRecords(bytes);
    }
}
