package dev.ahti.metadata;

import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a node asks of the metadata. Reads are of the node's own image; changes go to the {@code PartitionMetadata}
 * singleton, wherever it is, and are answered once they are persisted and this node's image shows them. A stage never
 * fails: what cannot be delivered within the time is answered with a retriable error.
 */
public interface MetadataClient {

    /** This node's current image. */
    ClusterImage image();

    /**
     * This node's image; where a broker that leads one of these topics' partitions is proven dead, that in which others
     * lead, which is due within a second or so, and not waited for longer.
     */
    CompletionStage<ClusterImage> imageAfterElections(Collection<String> topics);

    /** Creates each topic or says why not; one atomic persist for the request. */
    CompletionStage<List<TopicResult>> createTopics(List<NewTopic> topics, boolean validateOnly, Duration timeout);

    CompletionStage<List<TopicResult>> deleteTopics(List<Uuid> topics, Duration timeout);

    CompletionStage<List<TopicResult>> createPartitions(
            List<MorePartitions> topics, boolean validateOnly, Duration timeout);

    /** Changes of topic, group, broker and cluster-wide broker ("" as name) configs. */
    CompletionStage<List<ConfigResult>> alterConfigs(
            List<ConfigChange> changes, boolean validateOnly, Duration timeout);

    /** A block of producer ids that this broker alone hands out. */
    CompletionStage<ProducerIds> reserveProducerIds(Duration timeout);

    /**
     * The first replica of each partition, if it is in sync; or anybody who is alive for partitions that nobody leads.
     *
     * @return for each partition, in this order, ELECTION_NOT_NEEDED for those that had what they should
     */
    CompletionStage<List<ElectionResult>> electLeaders(
            ElectionType type, List<NamedPartition> partitions, Duration timeout);

    /** Forgets a broker that is gone for good. */
    CompletionStage<ChangeResult> unregisterBroker(int broker, Duration timeout);

    /** All of them, or none. */
    CompletionStage<ChangeResult> updateFeatures(List<FeatureUpdate> updates, boolean validateOnly, Duration timeout);

    /**
     * @param partitions number, or -1 for {@code num.partitions}
     * @param replicationFactor or -1 for {@code default.replication.factor}
     * @param assignments replicas by partition, or empty: then placed by us
     */
    record NewTopic(
            String name,
            int partitions,
            short replicationFactor,
            Map<Integer, List<Integer>> assignments,
            Map<String, String> configs) {}

    /** @param assignments replicas of the new partitions in order, or empty: then placed by us */
    record MorePartitions(String topic, int totalCount, List<List<Integer>> assignments) {}

    /** @param message null where there is nothing to say beyond the error's own text */
    record TopicResult(
            String name, Uuid topicId, Errors error, String message, int partitions, short replicationFactor) {}

    /** @param replaceAll configs that are not named return to their defaults (the older AlterConfigs) */
    record ConfigChange(ConfigResource resource, boolean replaceAll, List<ConfigOperation> operations) {}

    /** @param value null for DELETE */
    record ConfigOperation(String name, AlterConfigOp.OpType type, String value) {}

    record ConfigResult(ConfigResource resource, Errors error, String message) {}

    record NamedPartition(String topic, int partition) {}

    /** @param message null without error */
    record ElectionResult(NamedPartition partition, Errors error, String message) {}

    /** @param type 1 to raise the level; 2 and 3 to lower it, safely or not */
    record FeatureUpdate(String name, short level, byte type) {}

    /** @param message null without error */
    record ChangeResult(Errors error, String message) {}

    record ProducerIds(Errors error, long firstId, int count) {}
}
