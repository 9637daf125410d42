package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.server.record.BrokerCompressionType;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that go to the log are, byte for byte, those that Kafka's {@link LogValidator} makes of the same batch. */
class AssignedBatchTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final String[] COMPRESSION_TYPES = {"producer", "producer", "uncompressed", "gzip", "lz4", "zstd"};

    private final ManualTime time = new ManualTime();

    @ParameterizedTest
    @ValueSource(longs = {1, 0})
    void batchesBecomeWhatKafkaMakesOfThem(long given) {
        long seed = given == 0 ? System.nanoTime() : given;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 400; i++) {
            Map<String, String> config = new HashMap<>();
            config.put("compression.type", COMPRESSION_TYPES[random.nextInt(COMPRESSION_TYPES.length)]);
            config.put("cleanup.policy", random.nextBoolean() ? "compact" : "delete");
            config.put("message.timestamp.type", random.nextBoolean() ? "CreateTime" : "LogAppendTime");
            MemoryRecords batch = batch(random);
            long offset = random.nextLong(1L << 40);
            int epoch = random.nextInt(1000);
            String of = "seed " + seed + ", batch " + i + ", " + config;

            LogValidator.ValidationResult theirs = kafkas(copy(batch), new LogConfig(config), offset, epoch);
            ValidBatch ours = new BatchValidation(PARTITION)
                    .check(batch, AppendOrigin.CLIENT, new LogConfig(config), time.milliseconds())
                    .assign(offset, epoch);

            assertThat(ours.records().buffer())
                    .as(of)
                    .isEqualTo(theirs.validatedRecords().buffer());
            assertThat(ours.maxTimestampMs()).as(of).isEqualTo(theirs.maxTimestampMs());
            assertThat(ours.firstOffset()).as(of).isEqualTo(offset);
            RecordBatch last = theirs.validatedRecords().firstBatch();
            assertThat(ours.lastOffset()).as(of).isEqualTo(last.lastOffset());
            assertThat(ours.offsetOfMaxTimestamp()).as(of).isEqualTo(last.lastOffset());
            boolean logAppendTime = config.get("message.timestamp.type").equals("LogAppendTime");
            assertThat(ours.logAppendTimeMs()).as(of).isEqualTo(logAppendTime ? time.milliseconds() : -1);
        }
    }

    private MemoryRecords batch(SplittableRandom random) {
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(20)];
        for (int i = 0; i < records.length; i++) {
            byte[] value = new byte[random.nextInt(100)];
            long timestamp = time.milliseconds() - random.nextInt(10_000);
            records[i] = new SimpleRecord(timestamp, new byte[] {(byte) random.nextInt()}, value);
        }
        Compression[] codecs = Stream.of(CompressionType.values())
                .map(type -> Compression.of(type).build())
                .toArray(Compression[]::new);
        Compression codec = codecs[random.nextInt(codecs.length)];
        return switch (random.nextInt(3)) {
            case 0 -> MemoryRecords.withRecords(codec, records);
            case 1 -> MemoryRecords.withIdempotentRecords(codec, 5, (short) 3, Integer.MAX_VALUE - 4, records);
            default -> MemoryRecords.withTransactionalRecords(codec, 5, (short) 3, 17, records);
        };
    }

    private LogValidator.ValidationResult kafkas(MemoryRecords batch, LogConfig config, long offset, int epoch) {
        CompressionType source = batch.firstBatch().compressionType();
        return new LogValidator(
                        batch,
                        PARTITION,
                        time,
                        source,
                        BrokerCompressionType.targetCompression(config.compression, source),
                        config.compact,
                        RecordBatch.CURRENT_MAGIC_VALUE,
                        config.messageTimestampType,
                        config.messageTimestampBeforeMaxMs,
                        config.messageTimestampAfterMaxMs,
                        epoch,
                        org.apache.kafka.storage.internals.log.AppendOrigin.CLIENT)
                .validateMessagesAndAssignOffsets(
                        PrimitiveRef.ofLong(offset),
                        UnifiedLog.newValidatorMetricsRecorder(
                                new org.apache.kafka.storage.log.metrics.BrokerTopicStats().allTopicsStats()),
                        BufferSupplier.NO_CACHING);
    }

    private static MemoryRecords copy(MemoryRecords records) {
        ByteBuffer copy = TwoLogs.copy(records.buffer());
        return MemoryRecords.readableRecords(copy);
    }
}
