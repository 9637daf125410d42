package dev.ahti.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.metadata.MetadataClient.ChangeResult;
import dev.ahti.metadata.MetadataClient.FeatureUpdate;
import dev.ahti.metadata.MetadataClient.NamedPartition;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.model.PartitionId;
import java.util.List;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ClusterChangesTest {
    private final FakeMetadata metadata =
            new FakeMetadata().broker(1, "PLAINTEXT").broker(2, "PLAINTEXT");
    private final Uuid topic = metadata.topic("t", 2, 1, 2);

    private ElectLeadersResponseData elect(int version, ElectLeadersRequestData request) {
        return Exchange.ask(new ElectLeadersHandler(metadata), version, request, ElectLeadersResponseData.class);
    }

    private static ElectLeadersRequestData electionOf(String name, Integer... partitions) {
        TopicPartitionsCollection topics = new TopicPartitionsCollection();
        topics.add(new TopicPartitions().setTopic(name).setPartitions(List.of(partitions)));
        return new ElectLeadersRequestData().setTopicPartitions(topics).setTimeoutMs(1000);
    }

    private void lead(int partition, int leader) {
        metadata.apply(new SetPartitionLeader(new PartitionId(topic, partition), leader, 9));
    }

    @Test
    void theNamedPartitionsAreElectedInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.ELECT_LEADERS, version -> {
            metadata.commands.clear();

            ReplicaElectionResult result = elect(version, electionOf("t", 0, 1))
                    .replicaElectionResults()
                    .get(0);

            assertThat(result.topic()).isEqualTo("t");
            assertThat(result.partitionResult())
                    .extracting(PartitionResult::partitionId)
                    .containsExactly(0, 1);
            assertThat(metadata.commands)
                    .containsExactly(ElectionType.PREFERRED, new NamedPartition("t", 0), new NamedPartition("t", 1));
        });
    }

    @Test
    void withoutPartitionsAllThatAreNotLedAsTheyShouldAreElected() {
        metadata.topic("well", 1, 1);
        lead(1, 2);

        List<ReplicaElectionResult> results =
                elect(2, new ElectLeadersRequestData().setTopicPartitions(null)).replicaElectionResults();

        assertThat(results).extracting(ReplicaElectionResult::topic).containsExactlyInAnyOrder("t", "well");
        assertThat(metadata.commands).containsExactly(ElectionType.PREFERRED, new NamedPartition("t", 1));
    }

    @Test
    void allUncleanMeansThoseThatNobodyLeads() {
        lead(0, -1);
        lead(1, 2);

        elect(2, new ElectLeadersRequestData().setElectionType((byte) 1).setTopicPartitions(null));

        assertThat(metadata.commands).containsExactly(ElectionType.UNCLEAN, new NamedPartition("t", 0));
    }

    @Test
    void electionsNotNeededAreSaidOnlyOfNamedPartitions() {
        metadata.changing = new ChangeResult(Errors.ELECTION_NOT_NEEDED, "fine as it is");
        lead(0, 2);

        var named = elect(2, electionOf("t", 0)).replicaElectionResults().get(0);
        var all = elect(2, new ElectLeadersRequestData().setTopicPartitions(null))
                .replicaElectionResults()
                .get(0);

        assertThat(named.partitionResult().get(0).errorMessage()).isEqualTo("fine as it is");
        assertThat(all.partitionResult()).isEmpty();
    }

    @Test
    void anUnknownKindOfElectionIsRefusedForEveryPartition() {
        ElectLeadersResponseData response = elect(2, electionOf("t", 0).setElectionType((byte) 7));

        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(metadata.commands).isEmpty();
    }

    @Test
    void aBrokerIsUnregisteredOrTheReasonIsGiven() {
        UnregisterBrokerRequestData request = new UnregisterBrokerRequestData().setBrokerId(2);
        UnregisterBrokerHandler handler = new UnregisterBrokerHandler(metadata);

        UnregisterBrokerResponseData done = Exchange.ask(handler, 0, request, UnregisterBrokerResponseData.class);
        metadata.changing = new ChangeResult(Errors.BROKER_ID_NOT_REGISTERED, "no such broker");
        UnregisterBrokerResponseData refused = Exchange.ask(handler, 0, request, UnregisterBrokerResponseData.class);

        assertThat(done.errorCode()).isZero();
        assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
        assertThat(refused.errorMessage()).isEqualTo("no such broker");
        assertThat(metadata.commands).containsExactly(2, 2);
    }

    private UpdateFeaturesResponseData update(int version, FeatureUpdateKey update) {
        UpdateFeaturesRequestData request = new UpdateFeaturesRequestData();
        request.featureUpdates().add(update);
        return Exchange.ask(new UpdateFeaturesHandler(metadata), version, request, UpdateFeaturesResponseData.class);
    }

    @Test
    void featuresAreUpdatedInEveryVersionAndEachHasItsResultUntilVersionTwo() {
        Exchange.forEachVersion(ApiKeys.UPDATE_FEATURES, version -> {
            metadata.commands.clear();

            UpdateFeaturesResponseData response =
                    update(version, new FeatureUpdateKey().setFeature("f").setMaxVersionLevel((short) 3));

            assertThat(response.errorCode()).isZero();
            assertThat(response.results()).hasSize(version < 2 ? 1 : 0);
            assertThat(metadata.commands).containsExactly(new FeatureUpdate("f", (short) 3, (byte) 1));
        });
    }

    @Test
    void aRefusedFeatureRefusesAll() {
        metadata.changing = new ChangeResult(Errors.INVALID_UPDATE_VERSION, "why");

        UpdateFeaturesResponseData response = update(1, new FeatureUpdateKey().setFeature("f"));

        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(response.errorMessage()).isEqualTo("why");
        assertThat(response.results()).isEmpty();
    }
}
