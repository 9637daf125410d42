package dev.ahti.api.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartitionCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class OffsetHandlersTest {
    private static final Uuid NOBODYS = new Uuid(9, 9);

    private final FakeGroupCoordinator coordinator = new FakeGroupCoordinator();
    private final FakeMetadata metadata = new FakeMetadata().broker(1, FakeMetadata.LISTENER);
    private final Uuid id = metadata.topic("t", 2, 1);
    private final OffsetCommitHandler commit = new OffsetCommitHandler(coordinator.coordinator(), metadata);
    private final OffsetFetchHandler fetch = new OffsetFetchHandler(coordinator.coordinator(), metadata);
    private final OffsetDeleteHandler delete = new OffsetDeleteHandler(coordinator.coordinator(), metadata);

    @Test
    void offsetsOfWhatExistsAreCommittedInEveryVersion() {
        coordinator.answers("commitOffsets", OffsetHandlersTest::committed);

        Exchange.forEachVersion(ApiKeys.OFFSET_COMMIT, version -> {
            OffsetCommitResponseData response = commit(version, topic(version, "t", id, 0, 5), unknown(version));

            OffsetCommitRequestData asked =
                    (OffsetCommitRequestData) coordinator.last().what();
            assertThat(asked.groupId()).isEqualTo("g");
            assertThat(asked.memberId()).isEqualTo("m");
            assertThat(asked.generationIdOrMemberEpoch()).isEqualTo(3);
            assertThat(asked.topics()).hasSize(1);
            assertThat(asked.topics().get(0).name())
                    .as("the coordinator knows names")
                    .isEqualTo("t");
            assertThat(asked.topics().get(0).topicId())
                    .as("and ids, also of topics that were named")
                    .isEqualTo(id);
            assertThat(asked.topics().get(0).partitions())
                    .extracting(
                            OffsetCommitRequestPartition::partitionIndex,
                            OffsetCommitRequestPartition::committedMetadata)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(0, "note"));
            Errors unknown = version >= 10 ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
            String known = version >= 10 ? id.toString() : "t";
            String stranger = version >= 10 ? NOBODYS.toString() : "absent";
            assertThat(places(response))
                    .containsExactlyInAnyOrder(
                            known + "-0 NONE", known + "-5 UNKNOWN_TOPIC_OR_PARTITION", stranger + "-0 " + unknown);
        });
    }

    @Test
    void whereNothingExistsTheCoordinatorIsNotAsked() {
        assertThat(places(commit(9, unknown(9)))).containsExactly("absent-0 UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(coordinator.wasAsked()).isFalse();
    }

    @Test
    void aCommitThatFailsAsAWholeFailsInEveryPlace() {
        coordinator.fails("commitOffsets", new NotCoordinatorException("moved"));

        Exchange.forEachVersion(
                ApiKeys.OFFSET_COMMIT, version -> assertThat(places(commit(version, topic(version, "t", id, 0, 1))))
                        .allMatch(place -> place.endsWith("NOT_COORDINATOR"))
                        .hasSize(2));
    }

    private static OffsetCommitResponseData committed(Object asked) {
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        ((OffsetCommitRequestData) asked).topics().forEach(topic -> response.topics()
                .add(new OffsetCommitResponseTopic()
                        .setName(topic.name())
                        .setTopicId(topic.topicId())
                        .setPartitions(topic.partitions().stream()
                                .map(each ->
                                        new OffsetCommitResponsePartition().setPartitionIndex(each.partitionIndex()))
                                .toList())));
        return response;
    }

    private OffsetCommitResponseData commit(int version, OffsetCommitRequestTopic... topics) {
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId("g")
                .setMemberId("m")
                .setGenerationIdOrMemberEpoch(3)
                .setTopics(List.of(topics));
        return Exchange.ask(commit, version, request, OffsetCommitResponseData.class);
    }

    private static OffsetCommitRequestTopic unknown(int version) {
        return topic(version, "absent", NOBODYS, 0);
    }

    private static OffsetCommitRequestTopic topic(int version, String name, Uuid id, Integer... partitions) {
        OffsetCommitRequestTopic topic = new OffsetCommitRequestTopic()
                .setPartitions(Stream.of(partitions)
                        .map(each -> new OffsetCommitRequestPartition()
                                .setPartitionIndex(each)
                                .setCommittedOffset(7)
                                .setCommittedMetadata("note"))
                        .toList());
        return version >= 10 ? topic.setTopicId(id) : topic.setName(name);
    }

    private static List<String> places(OffsetCommitResponseData response) {
        List<String> places = new ArrayList<>();
        response.topics().forEach(topic -> topic.partitions()
                .forEach(each -> places.add((topic.name().isEmpty() ? topic.topicId() : topic.name()) + "-"
                        + each.partitionIndex() + " " + Errors.forCode(each.errorCode()))));
        return places;
    }

    @Test
    void committedOffsetsAreFetchedInEveryVersion() {
        coordinator.answers("fetchOffsets", group -> new OffsetFetchResponseGroup()
                .setGroupId("g")
                .setTopics(List.of(offsets("t", Uuid.ZERO_UUID, 7))));

        Exchange.forEachVersion(ApiKeys.OFFSET_FETCH, version -> {
            OffsetFetchRequestData request = new OffsetFetchRequestData();
            if (version < 8) {
                request.setGroupId("g")
                        .setTopics(List.of(
                                new OffsetFetchRequestTopic().setName("t").setPartitionIndexes(List.of(0))));
            } else {
                OffsetFetchRequestTopics topic = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(0));
                request.setGroups(List.of(new OffsetFetchRequestGroup()
                        .setGroupId("g")
                        .setTopics(List.of(version >= 10 ? topic.setTopicId(id) : topic.setName("t")))));
            }

            OffsetFetchResponseData response = Exchange.ask(fetch, version, request, OffsetFetchResponseData.class);

            OffsetFetchRequestGroup asked =
                    (OffsetFetchRequestGroup) coordinator.last().what();
            assertThat(asked.topics())
                    .extracting(OffsetFetchRequestTopics::name)
                    .containsExactly("t");
            long offset = version < 8
                    ? response.topics().get(0).partitions().get(0).committedOffset()
                    : response.groups()
                            .get(0)
                            .topics()
                            .get(0)
                            .partitions()
                            .get(0)
                            .committedOffset();
            assertThat(offset).isEqualTo(7);
        });
    }

    @Test
    void noTopicsNamedMeansAllOfThemByIdWhereTheVersionHasIds() {
        coordinator.answers("fetchOffsets", group -> new OffsetFetchResponseGroup()
                .setGroupId("g")
                .setTopics(List.of(offsets("t", Uuid.ZERO_UUID, 7), offsets("deleted", Uuid.ZERO_UUID, 8))));

        for (int version = 8; version <= 10; version++) {
            OffsetFetchResponseData response = fetchAll(version, "g");

            assertThat(((OffsetFetchRequestGroup) coordinator.last().what()).topics())
                    .isNull();
            List<OffsetFetchResponseTopics> topics = response.groups().get(0).topics();
            if (version == 10) {
                assertThat(topics)
                        .extracting(OffsetFetchResponseTopics::topicId)
                        .containsExactly(id);
            } else {
                assertThat(topics).extracting(OffsetFetchResponseTopics::name).containsExactly("t", "deleted");
            }
        }
    }

    @Test
    void aTopicIdThatNobodyHasIsUnknownBesideOffsetsThatAreThere() {
        coordinator.answers(
                "fetchOffsets",
                group -> new OffsetFetchResponseGroup().setGroupId("g").setTopics(List.of(offsets("t", id, 7))));
        OffsetFetchRequestData request = new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestGroup()
                        .setGroupId("g")
                        .setTopics(List.of(
                                new OffsetFetchRequestTopics()
                                        .setTopicId(NOBODYS)
                                        .setPartitionIndexes(List.of(4)),
                                new OffsetFetchRequestTopics().setTopicId(id).setPartitionIndexes(List.of(0))))));

        List<OffsetFetchResponseTopics> topics = Exchange.ask(fetch, 10, request, OffsetFetchResponseData.class)
                .groups()
                .get(0)
                .topics();

        assertThat(topics)
                .extracting(
                        each -> each.topicId() + " " + each.partitions().get(0).committedOffset() + " "
                                + Errors.forCode(each.partitions().get(0).errorCode()))
                .containsExactlyInAnyOrder(id + " 7 NONE", NOBODYS + " -1 UNKNOWN_TOPIC_ID");
    }

    @Test
    void eachGroupFailsForItself() {
        coordinator.answers("fetchOffsets", group -> {
            String name = ((OffsetFetchRequestGroup) group).groupId();
            return new OffsetFetchResponseGroup()
                    .setGroupId(name)
                    .setErrorCode(name.equals("good") ? 0 : Errors.NOT_COORDINATOR.code());
        });

        assertThat(fetchAll(9, "good", "bad").groups())
                .extracting(each -> each.groupId() + " " + Errors.forCode(each.errorCode()))
                .containsExactly("good NONE", "bad NOT_COORDINATOR");
    }

    @Test
    void aFetchThatFailsIsToldInEveryVersion() {
        coordinator.fails("fetchOffsets", new NotCoordinatorException("moved"));

        Exchange.forEachVersion(ApiKeys.OFFSET_FETCH, version -> {
            OffsetFetchResponseData response = version < 8
                    ? Exchange.ask(
                            fetch,
                            version,
                            new OffsetFetchRequestData()
                                    .setGroupId("g")
                                    .setTopics(List.of(new OffsetFetchRequestTopic()
                                            .setName("t")
                                            .setPartitionIndexes(List.of(0)))),
                            OffsetFetchResponseData.class)
                    : fetchAll(version, "g");

            short error = version == 1
                    ? response.topics().get(0).partitions().get(0).errorCode()
                    : version < 8
                            ? response.errorCode()
                            : response.groups().get(0).errorCode();
            assertThat(Errors.forCode(error)).isEqualTo(Errors.NOT_COORDINATOR);
        });
    }

    private OffsetFetchResponseData fetchAll(int version, String... groups) {
        OffsetFetchRequestData request = new OffsetFetchRequestData()
                .setGroups(Stream.of(groups)
                        .map(each ->
                                new OffsetFetchRequestGroup().setGroupId(each).setTopics(null))
                        .toList());
        return Exchange.ask(fetch, version, request, OffsetFetchResponseData.class);
    }

    private static OffsetFetchResponseTopics offsets(String name, Uuid id, long offset) {
        return new OffsetFetchResponseTopics()
                .setName(name)
                .setTopicId(id)
                .setPartitions(List.of(
                        new OffsetFetchResponsePartitions().setPartitionIndex(0).setCommittedOffset(offset)));
    }

    @Test
    void offsetsOfWhatExistsAreDeletedAndTheRestIsUnknown() {
        coordinator.answers("deleteOffsets", request -> new OffsetDeleteResponseData()
                .setTopics(new OffsetDeleteResponseTopicCollection(List.of(new OffsetDeleteResponseTopic()
                                .setName("t")
                                .setPartitions(new OffsetDeleteResponsePartitionCollection(
                                        List.of(new OffsetDeleteResponsePartition().setPartitionIndex(1))
                                                .iterator())))
                        .iterator())));

        OffsetDeleteResponseData response = deleteOffsets();

        OffsetDeleteRequestData asked =
                (OffsetDeleteRequestData) coordinator.last().what();
        assertThat(asked.topics()).hasSize(1);
        assertThat(asked.topics().find("t").partitions())
                .extracting(OffsetDeleteRequestPartition::partitionIndex)
                .containsExactly(1);
        assertThat(response.topics().find("t").partitions().find(1).errorCode()).isZero();
        assertThat(Errors.forCode(
                        response.topics().find("t").partitions().find(5).errorCode()))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(Errors.forCode(
                        response.topics().find("absent").partitions().find(0).errorCode()))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aGroupWithoutOffsetsToDeleteIsNotFoundWhateverTheTopics() {
        coordinator.answers("deleteOffsets", request -> new OffsetDeleteResponseData()
                .setErrorCode(Errors.GROUP_ID_NOT_FOUND.code()));

        assertThat(Errors.forCode(deleteOffsets().errorCode())).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    private OffsetDeleteResponseData deleteOffsets() {
        OffsetDeleteRequestData request = new OffsetDeleteRequestData()
                .setGroupId("g")
                .setTopics(new OffsetDeleteRequestTopicCollection(List.of(
                                new OffsetDeleteRequestTopic().setName("t").setPartitions(partitions(1, 5)),
                                new OffsetDeleteRequestTopic().setName("absent").setPartitions(partitions(0)))
                        .iterator()));
        return Exchange.ask(delete, 0, request, OffsetDeleteResponseData.class);
    }

    private static List<OffsetDeleteRequestPartition> partitions(Integer... numbers) {
        return Stream.of(numbers)
                .map(each -> new OffsetDeleteRequestPartition().setPartitionIndex(each))
                .toList();
    }
}
