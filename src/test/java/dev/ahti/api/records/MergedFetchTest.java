package dev.ahti.api.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.Exchange;
import dev.ahti.api.virtual.NothingDone;
import dev.ahti.api.virtual.OutcomeUnknown;
import dev.ahti.api.virtual.ThreeBrokers;
import dev.ahti.api.virtual.ThreeBrokers.Asked;
import dev.ahti.protocol.HoldsMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

class MergedFetchTest {
    private final ThreeBrokers cluster = new ThreeBrokers();
    private final Uuid topic = cluster.topic("t", 6);
    private final FetchMemory memory = new FetchMemory(1 << 20);
    private final FetchSessions sessions = new FetchSessions(10, () -> 0, FetchSessions.idsOf(1));
    private final FetchByLeader handler =
            new FetchByLeader(null, sessions, 1 << 20, cluster.brokers(), memory, cluster.timer());

    @Test
    void eachLeaderIsAskedForItsPartitionsOutsideAnySession() {
        fetch(900, 0, 1, 2, 4);

        FetchRequestData part = cluster.of(2).request();
        assertThat(part.sessionId()).isZero();
        assertThat(part.sessionEpoch()).isEqualTo(-1);
        assertThat(part.minBytes()).isEqualTo(1);
        assertThat(part.maxBytes()).isEqualTo(300);
        assertThat(part.topics().get(0).topicId()).isEqualTo(topic);
        assertThat(part.topics().get(0).partitions())
                .extracting(FetchPartition::partition)
                .containsExactly(1, 4);
    }

    @Test
    void theFirstLeaderThatAnswersEndsTheWaitOfTheOthers() {
        CompletableFuture<FetchResponseData> answer = fetch(900, 0, 1, 2);
        Asked slow = cluster.of(3);
        Asked here = cluster.of(1);
        assertThat(slow.part().context().endWait()).isNotDone();

        found(cluster.of(2), 50);
        assertThat(slow.part().context().endWait()).isDone();
        assertThat(here.part().context().endWait()).isDone();
        assertThat(answer).isNotDone();
        found(slow, 0);
        found(here, 20);

        assertThat(sizes(now(answer))).containsExactly(20, 50, 0);
    }

    @Test
    void whatTheLeadersBringBeyondWhatTheClientTakesIsLeftOutButForTheFirstBatch() {
        CompletableFuture<FetchResponseData> answer = fetch(900, 0, 1, 2);
        found(cluster.of(1), 0);
        found(cluster.of(2), 1500);
        found(cluster.of(3), 300);

        assertThat(sizes(now(answer))).containsExactly(0, 1500, 0);
    }

    @Test
    void aLeaderThatCannotBeReachedIsAskedAgainWhileTheClientWaits() {
        CompletableFuture<FetchResponseData> answer = fetch(900, 1);
        cluster.of(2).answer().completeExceptionally(new OutcomeUnknown("the connection is closed"));
        cluster.lead(topic, 1, 3, 5);
        cluster.runNextTask();
        found(cluster.of(3), 10);

        assertThat(sizes(now(answer))).containsExactly(10);
    }

    @Test
    void aLeaderThatCannotBeReachedDoesNotHoldUpWhatOthersHave() {
        CompletableFuture<FetchResponseData> answer = fetch(900, 1, 2);
        cluster.of(2).answer().completeExceptionally(new NothingDone("no connection"));
        found(cluster.of(3), 10);
        cluster.runNextTask();
        cluster.of(2).answer().completeExceptionally(new NothingDone("no connection"));

        assertThat(errors(now(answer))).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER, Errors.NONE);
    }

    @Test
    void theSessionIsHereAndGoesOnWithAllItsPartitions() {
        CompletableFuture<FetchResponseData> first = fetch(900, 1, 2);
        found(cluster.of(2), 0);
        found(cluster.of(3), 0);
        int id = now(first).sessionId();
        assertThat(id & 0x3ff).as("no other broker gives this id").isEqualTo(1);

        CompletableFuture<FetchResponseData> second = handle(new FetchRequestData()
                .setMaxWaitMs(10_000)
                .setMinBytes(1)
                .setSessionId(id)
                .setSessionEpoch(1));
        found(cluster.of(2), 0);
        found(cluster.of(3), 7);

        assertThat(now(second).sessionId()).isEqualTo(id);
        assertThat(sizes(now(second))).as("only what is new").containsExactly(7);
    }

    @Test
    void sessionsOfTwoBrokersNeverHaveTheSameId() {
        Set<Integer> ids = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            ids.add(FetchSessions.idsOf(1).getAsInt());
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(ids).doesNotContain(FetchSessions.idsOf(2).getAsInt());
        }
        assertThat(ids).allMatch(id -> id > 0);
    }

    @Test
    void recordsFromOtherBrokersAreCountedUntilTheResponseIsSent() {
        CompletableFuture<FetchResponseData> answer = fetch(900, 0, 1);
        found(cluster.of(1), 30);
        found(cluster.of(2), 70);

        assertThat(memory.held()).isEqualTo(70);
        HoldsMemory held = (HoldsMemory) now(answer);
        held.release();
        held.release();
        assertThat(memory.held()).isZero();
    }

    @Test
    void whatIsLeftOfTheMemoryIsSharedAndABatchIsAlwaysAllowed() {
        FetchMemory small = new FetchMemory(1000);
        assertThat(small.begin(600)).isEqualTo(600);
        assertThat(small.begin(600)).isEqualTo(500);
        small.ended(600);
        small.ended(400);
        assertThat(small.begin(600)).isEqualTo(1);
        small.release(1000);
        small.ended(0);
        assertThat(small.begin(600)).isEqualTo(600);
    }

    private CompletableFuture<FetchResponseData> fetch(int maxBytes, int... partitions) {
        FetchTopic asked = new FetchTopic().setTopicId(topic);
        for (int partition : partitions) {
            asked.partitions().add(new FetchPartition().setPartition(partition).setPartitionMaxBytes(1 << 20));
        }
        return handle(new FetchRequestData()
                .setMaxWaitMs(10_000)
                .setMinBytes(1)
                .setMaxBytes(maxBytes)
                .setSessionEpoch(0)
                .setTopics(List.of(asked)));
    }

    private CompletableFuture<FetchResponseData> handle(FetchRequestData request) {
        return handler.handle(Exchange.context(ApiKeys.FETCH, 17, "PLAINTEXT"), request)
                .toCompletableFuture();
    }

    /** Its first partition has so many bytes. */
    private static void found(Asked asked, int bytes) {
        FetchRequestData part = asked.request();
        FetchableTopicResponse answers =
                new FetchableTopicResponse().setTopicId(part.topics().get(0).topicId());
        int left = bytes;
        for (FetchPartition each : part.topics().get(0).partitions()) {
            answers.partitions()
                    .add(new PartitionData()
                            .setPartitionIndex(each.partition())
                            .setRecords(MemoryRecords.readableRecords(ByteBuffer.allocate(left))));
            left = 0;
        }
        asked.answer().complete(new FetchResponseData().setResponses(List.of(answers)));
    }

    private static List<PartitionData> places(FetchResponseData response) {
        List<PartitionData> all = new ArrayList<>();
        response.responses().forEach(each -> all.addAll(each.partitions()));
        return all;
    }

    private static List<Integer> sizes(FetchResponseData response) {
        return places(response).stream()
                .map(each -> each.records().sizeInBytes())
                .toList();
    }

    private static List<Errors> errors(FetchResponseData response) {
        return places(response).stream()
                .map(each -> Errors.forCode(each.errorCode()))
                .toList();
    }

    /** Nothing here takes time: what is not there now never comes. */
    private static <R> R now(CompletableFuture<R> answer) {
        assertThat(answer).isDone();
        return answer.join();
    }
}
