package dev.ahti.api.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import dev.ahti.metadata.MetadataClient.MorePartitions;
import dev.ahti.metadata.MetadataClient.NewTopic;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;

class TopicChangesTest {
    private final FakeMetadata metadata = new FakeMetadata().broker(1, "PLAINTEXT");
    private final CurrentBrokerConfig broker =
            new CurrentBrokerConfig(BrokerConfig.load(ConfigSources.of(Map.of("log.segment.bytes", "2000000"))));
    private final CreateTopicsHandler create =
            new CreateTopicsHandler(metadata, new TopicConfigs(broker, new BrokerConfigs(broker)));
    private final DeleteTopicsHandler delete = new DeleteTopicsHandler(metadata, true);
    private final CreatePartitionsHandler grow = new CreatePartitionsHandler(metadata);

    @Test
    void aTopicIsCreatedInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.CREATE_TOPICS, version -> {
            String name = "t" + version;

            CreatableTopicResult created = create(version, request(topic(name, 3, "retention.ms", "5000")))
                    .find(name);

            assertThat(error(created)).isEqualTo(Errors.NONE);
            assertThat(metadata.image().topic(name).partitions()).hasSize(3);
            assertThat(created.topicId())
                    .isEqualTo(version >= 7 ? metadata.image().topic(name).id() : Uuid.ZERO_UUID);
            assertThat(created.numPartitions()).isEqualTo(version >= 5 ? 3 : -1);
            assertThat(created.configs())
                    .hasSize(version >= 5 ? LogConfig.nonInternalConfigNames().size() : 0);
        });
    }

    @Test
    void theAnswerSaysWhereEachConfigComesFrom() {
        CreatableTopicResult created =
                create(7, request(topic("t", 1, "retention.ms", "5000"))).find("t");

        assertThat(config(created, "retention.ms").value()).isEqualTo("5000");
        assertThat(config(created, "retention.ms").configSource()).isEqualTo(ConfigSource.TOPIC_CONFIG.id());
        assertThat(config(created, "segment.bytes").value()).isEqualTo("2000000");
        assertThat(config(created, "segment.bytes").configSource()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.id());
        assertThat(config(created, "cleanup.policy").value()).isEqualTo("delete");
        assertThat(config(created, "cleanup.policy").configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
    }

    @Test
    void validateOnlyCreatesNothing() {
        CreateTopicsRequestData request = request(topic("t", 2)).setValidateOnly(true);

        assertThat(error(create(7, request).find("t"))).isEqualTo(Errors.NONE);
        assertThat(metadata.image().topic("t")).isNull();
    }

    @Test
    void whatTheRequestSaysWrongIsToldTopicByTopicAndTheRestIsCreated() {
        CreatableTopic twice = topic("assigned-twice", -1);
        twice.assignments().add(assignment(0, 1));
        twice.assignments().add(assignment(0, 2));
        CreateTopicsRequestData request = request(
                topic("good", 1),
                topic("dup", 1),
                topic("dup", 2),
                topic("__cluster_metadata", 1),
                topic("null-config", 1, "retention.ms", null),
                twice);

        CreateTopicsResponseData.CreatableTopicResultCollection answers = create(7, request);

        assertThat(answers).hasSize(5);
        assertThat(error(answers.find("good"))).isEqualTo(Errors.NONE);
        assertThat(error(answers.find("dup"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(answers.find("__cluster_metadata"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(answers.find("null-config"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(error(answers.find("assigned-twice"))).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(metadata.commands).hasSize(1);
    }

    @Test
    void assignmentsAndDefaultsReachTheMetadata() {
        CreatableTopic topic = topic("t", -1).setReplicationFactor((short) -1);
        topic.assignments().add(assignment(0, 1));
        topic.assignments().add(assignment(1, 2));

        create(7, request(topic));

        assertThat(metadata.commands)
                .containsExactly(new NewTopic("t", -1, (short) -1, Map.of(0, List.of(1), 1, List.of(2)), Map.of()));
    }

    @Test
    void anErrorOfTheMetadataIsTheTopics() {
        metadata.creating = name -> Errors.TOPIC_ALREADY_EXISTS;

        CreatableTopicResult refused = create(7, request(topic("t", 1))).find("t");

        assertThat(error(refused)).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
        assertThat(refused.errorMessage()).isEqualTo(Errors.TOPIC_ALREADY_EXISTS.message());
    }

    @Test
    void aTopicIsDeletedInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.DELETE_TOPICS, version -> {
            metadata.topic("t" + version, 1, 1);
            DeleteTopicsRequestData request = version < 6
                    ? new DeleteTopicsRequestData().setTopicNames(List.of("t" + version, "unknown"))
                    : new DeleteTopicsRequestData()
                            .setTopics(List.of(
                                    new DeleteTopicState().setName("t" + version),
                                    new DeleteTopicState().setName("unknown")));

            DeleteTopicsResponseData response = delete(version, request);

            assertThat(deleted(response, "t" + version)).isEqualTo(Errors.NONE);
            assertThat(deleted(response, "unknown")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(metadata.image().topic("t" + version)).isNull();
        });
    }

    @Test
    void topicsAreDeletedByIdAndWhatIsAmbiguousIsRefused() {
        Uuid id = metadata.topic("byid", 1, 1);
        Uuid both = metadata.topic("both", 1, 1);
        Uuid unknown = Uuid.randomUuid();
        metadata.topic("kept", 1, 1);

        DeleteTopicsResponseData response = delete(
                6,
                new DeleteTopicsRequestData()
                        .setTopics(List.of(
                                new DeleteTopicState().setName(null).setTopicId(id),
                                new DeleteTopicState().setName(null).setTopicId(unknown),
                                new DeleteTopicState().setName(null).setTopicId(both),
                                new DeleteTopicState().setName("both"),
                                new DeleteTopicState().setName("kept").setTopicId(Uuid.randomUuid()),
                                new DeleteTopicState().setName(null),
                                new DeleteTopicState().setName("twice"),
                                new DeleteTopicState().setName("twice"))));

        assertThat(deleted(response, "byid")).isEqualTo(Errors.NONE);
        assertThat(deleted(response, "both")).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(deleted(response, "kept")).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(deleted(response, "twice")).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(response.responses().stream()
                        .filter(one -> one.topicId().equals(unknown))
                        .map(one -> Errors.forCode(one.errorCode())))
                .containsExactly(Errors.UNKNOWN_TOPIC_ID);
        assertThat(metadata.commands).containsExactly(id);
        assertThat(response.responses()).hasSize(6);
    }

    @Test
    void whereDeletionIsDisabledNothingIsDeleted() {
        DeleteTopicsHandler disabled = new DeleteTopicsHandler(metadata, false);
        metadata.topic("t", 1, 1);
        DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTopicNames(List.of("t"));

        assertThat(deleted(Exchange.ask(disabled, 5, request, DeleteTopicsResponseData.class), "t"))
                .isEqualTo(Errors.TOPIC_DELETION_DISABLED);
        assertThat(deleted(Exchange.ask(disabled, 2, request, DeleteTopicsResponseData.class), "t"))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(metadata.image().topic("t")).isNotNull();
    }

    @Test
    void partitionsAreAddedInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.CREATE_PARTITIONS, version -> {
            metadata.topic("t" + version, 1, 1);

            CreatePartitionsResponseData response = grow(version, more("t" + version, 4), more("unknown", 4));

            assertThat(response.results())
                    .extracting(CreatePartitionsTopicResult::errorCode)
                    .containsExactly(Errors.NONE.code(), Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            assertThat(metadata.image().topic("t" + version).partitions()).hasSize(4);
        });
    }

    @Test
    void aTopicNamedTwiceGetsNoPartitions() {
        metadata.topic("t", 1, 1);

        CreatePartitionsResponseData response = grow(3, more("t", 2), more("t", 3));

        assertThat(response.results()).hasSize(1);
        assertThat(response.results().get(0).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(metadata.commands).isEmpty();
    }

    @Test
    void assignmentsOfNewPartitionsReachTheMetadata() {
        metadata.topic("t", 1, 1);

        grow(3, more("t", 2).setAssignments(List.of(new CreatePartitionsAssignment().setBrokerIds(List.of(1)))));

        assertThat(metadata.commands).containsExactly(new MorePartitions("t", 2, List.of(List.of(1))));
    }

    private CreateTopicsResponseData.CreatableTopicResultCollection create(
            int version, CreateTopicsRequestData request) {
        return Exchange.ask(create, version, request, CreateTopicsResponseData.class)
                .topics();
    }

    private static CreateTopicsRequestData request(CreatableTopic... topics) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(1000);
        request.topics().addAll(List.of(topics));
        return request;
    }

    private static CreatableTopic topic(String name, int partitions, String... config) {
        CreatableTopic topic = new CreatableTopic().setName(name).setNumPartitions(partitions);
        topic.setReplicationFactor((short) (partitions == -1 ? -1 : 1));
        if (config.length > 0) {
            topic.configs().add(new CreatableTopicConfig().setName(config[0]).setValue(config[1]));
        }
        return topic;
    }

    private static CreatableReplicaAssignment assignment(int partition, int replica) {
        return new CreatableReplicaAssignment().setPartitionIndex(partition).setBrokerIds(List.of(replica));
    }

    private static CreatableTopicConfigs config(CreatableTopicResult topic, String name) {
        return topic.configs().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Errors error(CreatableTopicResult result) {
        return Errors.forCode(result.errorCode());
    }

    private DeleteTopicsResponseData delete(int version, DeleteTopicsRequestData request) {
        return Exchange.ask(delete, version, request, DeleteTopicsResponseData.class);
    }

    private static Errors deleted(DeleteTopicsResponseData response, String name) {
        DeletableTopicResult result = response.responses().find(name);
        return Errors.forCode(result.errorCode());
    }

    private CreatePartitionsResponseData grow(int version, CreatePartitionsTopic... topics) {
        CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(1000);
        request.topics().addAll(List.of(topics));
        return Exchange.ask(grow, version, request, CreatePartitionsResponseData.class);
    }

    private static CreatePartitionsTopic more(String name, int count) {
        return new CreatePartitionsTopic().setName(name).setCount(count).setAssignments(null);
    }
}
