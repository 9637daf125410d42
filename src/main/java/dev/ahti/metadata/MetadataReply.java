package dev.ahti.metadata;

import dev.ahti.metadata.MetadataClient.ConfigResult;
import dev.ahti.metadata.MetadataClient.ElectionResult;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What the singleton answers: a receiver ignores an epoch below that of its own image (rule 7). */
public sealed interface MetadataReply extends ClusterMessage {

    /** Metadata epoch of the singleton that answers; -1 if it has none yet. */
    int epoch();

    /** Version of the image that shows the change. */
    long version();

    record TopicsReply(int epoch, long version, List<TopicResult> results) implements MetadataReply {}

    record ConfigsReply(int epoch, long version, List<ConfigResult> results) implements MetadataReply {}

    record ProducerIdsReply(int epoch, long version, Errors error, long firstId, int count) implements MetadataReply {}

    record ElectionReply(int epoch, long version, List<ElectionResult> results) implements MetadataReply {}

    record IsrResult(PartitionId partition, Errors error) {}

    /** @param error for the whole request, or what is left of it; then there are no further results */
    record AlterPartitionReply(int epoch, long version, Errors error, List<IsrResult> results)
            implements MetadataReply {

        /** Both in one: {@code next} answers the proposals after those of this one. */
        AlterPartitionReply and(AlterPartitionReply next) {
            List<IsrResult> both = new ArrayList<>(results);
            both.addAll(next.results());
            return new AlterPartitionReply(next.epoch(), next.version(), next.error(), both);
        }
    }

    /**
     * To a registration, a readiness, a shutdown, a feature.
     *
     * @param message null without error
     */
    record Done(int epoch, long version, Errors error, String message) implements MetadataReply {}

    /**
     * @param error STALE_BROKER_EPOCH if this incarnation is not the registered one: register anew
     * @param fenced whether it is fenced: normal until it is ready, later a reason to register anew
     */
    record HeartbeatReply(int epoch, long version, Errors error, boolean fenced) implements MetadataReply {}
}
