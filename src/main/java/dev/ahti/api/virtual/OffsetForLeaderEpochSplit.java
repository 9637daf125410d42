package dev.ahti.api.virtual;

import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;

final class OffsetForLeaderEpochSplit
        implements Split<OffsetForLeaderEpochRequestData, OffsetForLeaderEpochResponseData> {

    @Override
    public Map<Integer, OffsetForLeaderEpochRequestData> cut(
            OffsetForLeaderEpochRequestData request, short version, Leaders leaders) {
        Map<Integer, OffsetForLeaderEpochRequestData> parts = new LinkedHashMap<>();
        for (OffsetForLeaderTopic asked : request.topics()) {
            TopicImage topic = leaders.topic(asked.topic());
            for (OffsetForLeaderPartition partition : asked.partitions()) {
                OffsetForLeaderEpochRequestData part = parts.computeIfAbsent(
                        leaders.of(topic, partition.partition()),
                        broker -> new OffsetForLeaderEpochRequestData().setReplicaId(request.replicaId()));
                topicIn(part, asked.topic()).partitions().add(partition);
            }
        }
        return parts;
    }

    private static OffsetForLeaderTopic topicIn(OffsetForLeaderEpochRequestData part, String name) {
        OffsetForLeaderTopic topic = part.topics().find(name);
        if (topic == null) {
            topic = new OffsetForLeaderTopic().setTopic(name);
            part.topics().add(topic);
        }
        return topic;
    }

    @Override
    public OffsetForLeaderEpochResponseData merge(
            OffsetForLeaderEpochRequestData request, short version, List<OffsetForLeaderEpochResponseData> answers) {
        Answers<EpochEndOffset> places = new Answers<>();
        answers.forEach(answer -> answer.topics().forEach(topic -> topic.partitions()
                .forEach(each -> places.add(topic.topic(), each.partition(), each))));
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic asked : request.topics()) {
            OffsetForLeaderTopicResult topic = new OffsetForLeaderTopicResult().setTopic(asked.topic());
            response.topics().add(topic);
            for (OffsetForLeaderPartition partition : asked.partitions()) {
                EpochEndOffset place = places.next(asked.topic(), partition.partition());
                topic.partitions().add(place != null ? place : unanswered(partition));
            }
        }
        return response;
    }

    private static EpochEndOffset unanswered(OffsetForLeaderPartition partition) {
        return new EpochEndOffset()
                .setPartition(partition.partition())
                .setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code());
    }

    @Override
    public long deadlineNanos(RequestContext context, OffsetForLeaderEpochRequestData request) {
        return context.receivedNanos() + Deadlines.READ_NANOS;
    }
}
