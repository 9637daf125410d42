package dev.ahti.api.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.api.ListenerViews;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class MetadataHandlerTest {
    private static final int LATEST = ApiKeys.METADATA.latestVersion();

    private final FakeMetadata metadata =
            new FakeMetadata().broker(1, "PLAINTEXT", "INTERNAL").broker(2, "PLAINTEXT");
    private final Uuid topic = metadata.topic("t", 2, 1, 2);
    private final MetadataHandler handler = new MetadataHandler(metadata, ListenerViews.direct(1), true);

    @Test
    void allTopicsAreDescribedInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.METADATA, version -> {
            MetadataResponseData response = ask(version, all(version));

            assertThat(response.brokers())
                    .extracting(broker -> broker.nodeId() + "@" + broker.host())
                    .containsExactly("1@plaintext1", "2@plaintext2");
            assertThat(response.topics()).hasSize(1);
            MetadataResponseTopic described = response.topics().find("t");
            assertThat(described.errorCode()).isZero();
            assertThat(described.partitions()).hasSize(2);
            MetadataResponsePartition partition = described.partitions().get(0);
            assertThat(partition.leaderId()).isEqualTo(1);
            assertThat(partition.replicaNodes()).containsExactly(1, 2);
            assertThat(partition.isrNodes()).containsExactly(1, 2);
            assertThat(partition.leaderEpoch()).isEqualTo(version >= 7 ? 3 : -1);
            assertThat(described.topicId()).isEqualTo(version >= 10 ? topic : Uuid.ZERO_UUID);
            assertThat(response.clusterId()).isEqualTo(version >= 2 ? FakeMetadata.CLUSTER : null);
            assertThat(response.controllerId()).isEqualTo(version >= 1 ? 1 : -1);
        });
    }

    @Test
    void noTopicsMeansNoneFromVersionOneOn() {
        assertThat(ask(1, new MetadataRequestData().setTopics(List.of())).topics())
                .isEmpty();
        assertThat(ask(LATEST, new MetadataRequestData().setTopics(List.of())).topics())
                .isEmpty();
    }

    @Test
    void topicsAreFoundById() {
        Uuid unknown = Uuid.randomUuid();
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(
                        new MetadataRequestTopic().setName(null).setTopicId(topic),
                        new MetadataRequestTopic().setName(null).setTopicId(unknown)));

        MetadataResponseData response = ask(12, request);

        List<MetadataResponseTopic> topics = new ArrayList<>(response.topics());
        assertThat(topics.get(0).name()).isEqualTo("t");
        assertThat(topics.get(1).name()).isNull();
        assertThat(topics.get(1).topicId()).isEqualTo(unknown);
        assertThat(Errors.forCode(topics.get(1).errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void idsInAVersionThatHasNoUseForThemAreRefused() {
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName("t").setTopicId(topic)));

        MetadataResponseData response = ask(11, request);

        assertThat(error(response, "t")).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void anUnknownTopicIsCreatedAndDescribedInTheSameAnswer() {
        MetadataResponseData response = ask(LATEST, named("new"));

        assertThat(error(response, "new")).isEqualTo(Errors.NONE);
        assertThat(response.topics().find("new").partitions()).hasSize(1);
        assertThat(response.topics().find("new").topicId())
                .isEqualTo(metadata.image().topic("new").id());
    }

    @Test
    void nothingIsCreatedWhereTheRequestForbidsIt() {
        MetadataResponseData response = ask(LATEST, named("new", "b@d").setAllowAutoTopicCreation(false));

        assertThat(error(response, "new")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(response, "b@d")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(metadata.commands).isEmpty();
    }

    @Test
    void nothingIsCreatedWhereTheBrokerForbidsIt() {
        MetadataHandler strict = new MetadataHandler(metadata, ListenerViews.direct(1), false);

        MetadataResponseData response = Exchange.ask(strict, LATEST, named("new"), MetadataResponseData.class);

        assertThat(error(response, "new")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(metadata.commands).isEmpty();
    }

    @Test
    void invalidAndInternalNamesAreNotCreated() {
        MetadataResponseData response = ask(LATEST, named("b@d", "", "__consumer_offsets"));

        assertThat(error(response, "b@d")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(error(response, "")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(error(response, "__consumer_offsets")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(response.topics().find("__consumer_offsets").isInternal()).isTrue();
        assertThat(metadata.commands).isEmpty();
    }

    @Test
    void aTopicThatCouldNotBeCreatedYetIsAskedForAgain() {
        metadata.creating = name -> switch (name) {
            case "late" -> Errors.REQUEST_TIMED_OUT;
            case "raced" -> Errors.TOPIC_ALREADY_EXISTS;
            default -> Errors.INVALID_REPLICATION_FACTOR;
        };

        MetadataResponseData response = ask(LATEST, named("late", "raced", "impossible"));

        assertThat(error(response, "late")).isEqualTo(Errors.LEADER_NOT_AVAILABLE);
        assertThat(error(response, "raced")).isEqualTo(Errors.LEADER_NOT_AVAILABLE);
        assertThat(error(response, "impossible")).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
    }

    @Test
    void aPartitionWithoutLeaderSaysSoAndNamesItsOfflineReplicas() {
        metadata.fence(1);
        metadata.apply(new SetPartitionLeader(new PartitionId(topic, 0), -1, 4));

        MetadataResponsePartition partition =
                ask(LATEST, named("t")).topics().find("t").partitions().get(0);

        assertThat(Errors.forCode(partition.errorCode())).isEqualTo(Errors.LEADER_NOT_AVAILABLE);
        assertThat(partition.leaderId()).isEqualTo(-1);
        assertThat(partition.leaderEpoch()).isEqualTo(4);
        assertThat(partition.offlineReplicas()).containsExactly(1);
        assertThat(partition.replicaNodes()).containsExactly(1, 2);
    }

    @Test
    void whoNamesATopicOfADeadLeaderIsAnsweredWhenOthersLead() {
        metadata.elections = new CompletableFuture<>();
        CompletionStage<MetadataResponseData> answer =
                handler.handle(Exchange.context(ApiKeys.METADATA, LATEST, FakeMetadata.LISTENER), named("t"));
        assertThat(answer).isNotDone();
        metadata.apply(new SetPartitionLeader(new PartitionId(topic, 0), 2, 4));
        metadata.elections.complete(null);

        assertThat(answer.toCompletableFuture()
                        .join()
                        .topics()
                        .find("t")
                        .partitions()
                        .get(0)
                        .leaderId())
                .isEqualTo(2);
    }

    @Test
    void clientsOfAVirtualListenerSeeNoLeadersAndDoNotWaitForThem() {
        metadata.elections = new CompletableFuture<>();
        MetadataHandler virtual = new MetadataHandler(metadata, ListenerViews.virtual(1), true);

        assertThat(virtual.handle(Exchange.context(ApiKeys.METADATA, LATEST, FakeMetadata.LISTENER), named("t")))
                .isDone();
    }

    @Test
    void versionZeroLeavesOfflineReplicasOutAndSaysSo() {
        metadata.fence(2);

        MetadataResponsePartition partition =
                ask(0, named("t")).topics().find("t").partitions().get(0);

        assertThat(Errors.forCode(partition.errorCode())).isEqualTo(Errors.REPLICA_NOT_AVAILABLE);
        assertThat(partition.replicaNodes()).containsExactly(1);
        assertThat(partition.isrNodes()).containsExactly(1);
    }

    @Test
    void addressesAreThoseOfTheClientsListener() {
        metadata.apply(new SetPartitionLeader(new PartitionId(topic, 0), 2, 4));

        MetadataResponseData response =
                Exchange.ask(handler, "INTERNAL", LATEST, named("t"), MetadataResponseData.class);
        MetadataResponseData old = Exchange.ask(handler, "INTERNAL", 5, named("t"), MetadataResponseData.class);

        assertThat(response.brokers()).extracting(broker -> broker.host()).containsExactly("internal1");
        assertThat(Errors.forCode(
                        response.topics().find("t").partitions().get(0).errorCode()))
                .isEqualTo(Errors.LISTENER_NOT_FOUND);
        assertThat(Errors.forCode(old.topics().find("t").partitions().get(0).errorCode()))
                .isEqualTo(Errors.LEADER_NOT_AVAILABLE);
    }

    @Test
    void operationsAreToldToThoseWhoAsk() {
        MetadataRequestData request =
                named("t").setIncludeClusterAuthorizedOperations(true).setIncludeTopicAuthorizedOperations(true);

        MetadataResponseData response = ask(8, request);

        assertThat(response.clusterAuthorizedOperations()).isEqualTo(8096);
        assertThat(response.topics().find("t").topicAuthorizedOperations()).isEqualTo(3576);
        assertThat(ask(8, named("t")).clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
    }

    private MetadataResponseData ask(int version, MetadataRequestData request) {
        return Exchange.ask(handler, version, request, MetadataResponseData.class);
    }

    private static MetadataRequestData all(int version) {
        return new MetadataRequestData().setTopics(version == 0 ? List.of() : null);
    }

    private static MetadataRequestData named(String... names) {
        List<MetadataRequestTopic> topics = new ArrayList<>();
        for (String name : names) {
            topics.add(new MetadataRequestTopic().setName(name).setTopicId(Uuid.ZERO_UUID));
        }
        return new MetadataRequestData().setTopics(topics);
    }

    private static Errors error(MetadataResponseData response, String topic) {
        return Errors.forCode(response.topics().find(topic).errorCode());
    }
}
