package dev.ahti.api.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.groups.CommittedOffsets.Group;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class CommittedOffsetsTest {
    private final FakeGroupCoordinator coordinator = new FakeGroupCoordinator();
    private final CommittedOffsets offsets = new CommittedOffsets(coordinator.coordinator(), Runnable::run);

    private List<Group> all() throws Exception {
        return offsets.all().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void lists(List<String> names) {
        coordinator.answers("listGroups", request -> new ListGroupsResponseData()
                .setGroups(names.stream()
                        .map(name -> new ListedGroup()
                                .setGroupId(name)
                                .setProtocolType("consumer")
                                .setGroupType("Classic")
                                .setGroupState("Stable"))
                        .toList()));
    }

    private static OffsetFetchResponseGroup fetched(Object request, Errors error, long... offsets) {
        return new OffsetFetchResponseGroup()
                .setGroupId(((OffsetFetchRequestGroup) request).groupId())
                .setErrorCode(error.code())
                .setTopics(List.of(new OffsetFetchResponseTopics()
                        .setName("t")
                        .setPartitions(IntStream.range(0, offsets.length)
                                .mapToObj(i -> new OffsetFetchResponsePartitions()
                                        .setPartitionIndex(i)
                                        .setCommittedOffset(offsets[i]))
                                .toList())));
    }

    @Test
    void eachGroupHasWhatItHasCommitted() throws Exception {
        lists(List.of("a", "b"));
        coordinator.answers("fetchOffsets", request -> fetched(request, Errors.NONE, 7, -1));

        assertThat(all())
                .containsExactly(
                        new Group("a", "Classic", "consumer", "Stable", Map.of(new TopicPartition("t", 0), 7L)),
                        new Group("b", "Classic", "consumer", "Stable", Map.of(new TopicPartition("t", 0), 7L)));
    }

    @Test
    void aGroupThatHasMovedAwayIsLeftOut() throws Exception {
        lists(List.of("a", "b"));
        coordinator.answers(
                "fetchOffsets",
                request -> fetched(
                        request,
                        ((OffsetFetchRequestGroup) request).groupId().equals("a")
                                ? Errors.NOT_COORDINATOR
                                : Errors.NONE,
                        7));

        assertThat(all()).extracting(Group::name).containsExactly("b");
    }

    @Test
    void aGroupThatFailsIsLeftOutToo() throws Exception {
        lists(List.of("a"));
        coordinator.fails("fetchOffsets", Errors.NOT_COORDINATOR.exception());

        assertThat(all()).isEmpty();
    }

    @Test
    void aBrokerThatMayBeCutOffSaysNothing() {
        coordinator.fails("listGroups", Errors.NOT_COORDINATOR.exception());

        assertThat(offsets.all().toCompletableFuture()).isCompletedExceptionally();
    }
}
