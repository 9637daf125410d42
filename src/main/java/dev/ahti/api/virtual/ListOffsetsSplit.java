package dev.ahti.api.virtual;

import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;

final class ListOffsetsSplit implements Split<ListOffsetsRequestData, ListOffsetsResponseData> {

    @Override
    public Map<Integer, ListOffsetsRequestData> cut(ListOffsetsRequestData request, short version, Leaders leaders) {
        Map<Integer, ListOffsetsRequestData> parts = new LinkedHashMap<>();
        for (ListOffsetsTopic asked : request.topics()) {
            TopicImage topic = leaders.topic(asked.name());
            for (ListOffsetsPartition partition : asked.partitions()) {
                ListOffsetsRequestData part = parts.computeIfAbsent(
                        leaders.of(topic, partition.partitionIndex()), broker -> new ListOffsetsRequestData()
                                .setReplicaId(request.replicaId())
                                .setIsolationLevel(request.isolationLevel())
                                .setTimeoutMs(request.timeoutMs()));
                topicIn(part.topics(), asked.name()).partitions().add(partition);
            }
        }
        return parts;
    }

    private static ListOffsetsTopic topicIn(List<ListOffsetsTopic> topics, String name) {
        if (topics.isEmpty() || !topics.get(topics.size() - 1).name().equals(name)) {
            topics.add(new ListOffsetsTopic().setName(name));
        }
        return topics.get(topics.size() - 1);
    }

    @Override
    public ListOffsetsResponseData merge(
            ListOffsetsRequestData request, short version, List<ListOffsetsResponseData> answers) {
        Answers<ListOffsetsPartitionResponse> places = new Answers<>();
        answers.forEach(answer -> answer.topics().forEach(topic -> topic.partitions()
                .forEach(each -> places.add(topic.name(), each.partitionIndex(), each))));
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        for (ListOffsetsTopic asked : request.topics()) {
            ListOffsetsTopicResponse topic = new ListOffsetsTopicResponse().setName(asked.name());
            response.topics().add(topic);
            for (ListOffsetsPartition partition : asked.partitions()) {
                ListOffsetsPartitionResponse place = places.next(asked.name(), partition.partitionIndex());
                topic.partitions().add(place != null ? place : unanswered(partition));
            }
        }
        return response;
    }

    private static ListOffsetsPartitionResponse unanswered(ListOffsetsPartition partition) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(partition.partitionIndex())
                .setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code());
    }

    @Override
    public long deadlineNanos(RequestContext context, ListOffsetsRequestData request) {
        return context.receivedNanos() + Deadlines.READ_NANOS;
    }
}
