package dev.ahti.api.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class PendingFetchStressTest {
    private static final short VERSION = ApiKeys.FETCH.latestVersion();

    /** Every consumer follows both partitions with long waits: a lost wake-up would show as a fetch that lasts 20 s. */
    @Test
    void noConsumerMissesARecordWhileProducersRace() throws Exception {
        int records = 2_000;
        try (RecordsFixture fixture = new RecordsFixture(2)) {
            FetchHandler handler = fixture.fetchHandler();
            List<CompletableFuture<Void>> consumers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Consumer consumer = new Consumer(fixture, handler, records, 1 + i % 2 * 100);
                consumers.add(consumer.done);
                consumer.fetch();
            }
            for (int p = 0; p < 2; p++) {
                int partition = p;
                fixture.executor().execute(() -> {
                    for (int i = 0; i < records; i++) {
                        fixture.replica(partition).append(RecordsFixture.batch(1), (short) 1, 0, r -> {});
                    }
                });
            }

            CompletableFuture.allOf(consumers.toArray(CompletableFuture[]::new)).get(15, TimeUnit.SECONDS);

            assertThat(fixture.replica(0).waits()).isZero();
            assertThat(fixture.replica(1).waits()).isZero();
        }
    }

    @Test
    void tenThousandWaitingFetchesAreEachAnsweredOnce() throws Exception {
        try (RecordsFixture fixture = new RecordsFixture(1)) {
            FetchHandler handler = fixture.fetchHandler();
            AtomicInteger answers = new AtomicInteger();
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                int maxWaitMs = i % 2 == 0 ? 20_000 : 100 + i % 200;
                all.add(handler.handle(
                                RecordsFixture.context(ApiKeys.FETCH, VERSION), request(1, maxWaitMs, new long[] {0}))
                        .whenComplete((response, failure) -> answers.incrementAndGet())
                        .toCompletableFuture());
            }
            assertThat(fixture.replica(0).waits()).isGreaterThanOrEqualTo(5_000);
            fixture.replica(0).append(RecordsFixture.batch(1), (short) 1, 0, r -> {});

            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(15, TimeUnit.SECONDS);

            assertThat(answers).hasValue(10_000);
            assertThat(fixture.replica(0).waits()).isZero();
            assertThat(fixture.replica(0).reads.get())
                    .as("at most: first read, and one for each wake-up")
                    .isLessThanOrEqualTo(20_000);
        }
    }

    private static FetchRequestData request(int minBytes, int maxWaitMs, long[] offsets) {
        FetchTopic topic = new FetchTopic().setTopicId(RecordsFixture.TOPIC);
        for (int i = 0; i < offsets.length; i++) {
            topic.partitions()
                    .add(new FetchPartition()
                            .setPartition(i)
                            .setFetchOffset(offsets[i])
                            .setPartitionMaxBytes(4_000));
        }
        return new FetchRequestData()
                .setMinBytes(minBytes)
                .setMaxBytes(6_000)
                .setMaxWaitMs(maxWaitMs)
                .setTopics(List.of(topic));
    }

    /** Fetches on from where each answer ends, until it has everything. */
    private static final class Consumer {
        private final RecordsFixture fixture;
        private final FetchHandler handler;
        private final int until;
        private final int minBytes;
        private final long[] offsets = new long[2];
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Consumer(RecordsFixture fixture, FetchHandler handler, int until, int minBytes) {
            this.fixture = fixture;
            this.handler = handler;
            this.until = until;
            this.minBytes = minBytes;
        }

        void fetch() {
            // The last record alone is below the larger minimum: then the wait is short.
            boolean nearEnd = offsets[0] + offsets[1] > 2L * until - 3;
            handler.handle(
                            RecordsFixture.context(ApiKeys.FETCH, VERSION),
                            request(minBytes, nearEnd ? 10 : 20_000, offsets))
                    .whenCompleteAsync(this::took, fixture.executor());
        }

        private void took(FetchResponseData response, Throwable failure) {
            if (failure != null) {
                done.completeExceptionally(failure);
                return;
            }
            for (PartitionData data : response.responses().get(0).partitions()) {
                if (data.errorCode() != Errors.NONE.code()) {
                    done.completeExceptionally(new AssertionError(data.toString()));
                    return;
                }
                offsets[data.partitionIndex()] +=
                        data.records().sizeInBytes() / RecordsFixture.batch(1).sizeInBytes();
            }
            if (offsets[0] == until && offsets[1] == until) {
                done.complete(null);
            } else {
                fetch();
            }
        }
    }
}
