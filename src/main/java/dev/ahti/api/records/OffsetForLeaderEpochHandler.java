package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.log.EpochEnd;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.LocalReplica;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetForLeaderEpoch, versions 2 to 4, at the partition's leader: where an epoch ended, so that a consumer learns
 * whether records that it has read were lost (KIP-320). Our followers ask on the replication connection instead.
 */
public final class OffsetForLeaderEpochHandler implements ApiHandler<OffsetForLeaderEpochRequestData> {
    private final Routing routing;
    private final Function<LocalReplica, PartitionOffsets> offsets;

    OffsetForLeaderEpochHandler(Routing routing, Function<LocalReplica, PartitionOffsets> offsets) {
        this.routing = routing;
        this.offsets = offsets;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public CompletionStage<OffsetForLeaderEpochResponseData> handle(
            RequestContext context, OffsetForLeaderEpochRequestData request) {
        ClusterImage image = routing.image();
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic asked : request.topics()) {
            TopicImage topic = image.topic(asked.topic());
            OffsetForLeaderTopicResult answers = response.topics().find(asked.topic());
            if (answers == null) {
                answers = new OffsetForLeaderTopicResult().setTopic(asked.topic());
                response.topics().add(answers);
            }
            for (OffsetForLeaderPartition partition : asked.partitions()) {
                answers.partitions().add(answer(topic, partition));
            }
        }
        return CompletableFuture.completedFuture(response);
    }

    private EpochEndOffset answer(TopicImage topic, OffsetForLeaderPartition partition) {
        EpochEndOffset place = new EpochEndOffset().setPartition(partition.partition());
        LocalReplica replica = routing.replica(topic, partition.partition());
        if (replica == null) {
            return place.setErrorCode(
                    Routing.errorWithoutReplica(topic, partition.partition()).code());
        }
        Errors error = Routing.checkLeadership(replica.leadership(), partition.currentLeaderEpoch());
        if (error != Errors.NONE) {
            return place.setErrorCode(error.code());
        }
        EpochEnd end = offsets.apply(replica).endOfEpoch(partition.leaderEpoch());
        return place.setLeaderEpoch(end.leaderEpoch()).setEndOffset(end.endOffset());
    }
}
