package dev.ahti.api.virtual;

import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** DeleteRecords: the offset "high watermark" is another one the next time, so what was begun is not begun again. */
final class DeleteRecordsSplit implements Split<DeleteRecordsRequestData, DeleteRecordsResponseData> {

    @Override
    public Map<Integer, DeleteRecordsRequestData> cut(
            DeleteRecordsRequestData request, short version, Leaders leaders) {
        Map<Integer, DeleteRecordsRequestData> parts = new LinkedHashMap<>();
        for (DeleteRecordsTopic asked : request.topics()) {
            TopicImage topic = leaders.topic(asked.name());
            for (DeleteRecordsPartition partition : asked.partitions()) {
                DeleteRecordsRequestData part = parts.computeIfAbsent(
                        leaders.of(topic, partition.partitionIndex()),
                        broker -> new DeleteRecordsRequestData().setTimeoutMs(request.timeoutMs()));
                topicIn(part.topics(), asked.name()).partitions().add(partition);
            }
        }
        return parts;
    }

    private static DeleteRecordsTopic topicIn(List<DeleteRecordsTopic> topics, String name) {
        if (topics.isEmpty() || !topics.get(topics.size() - 1).name().equals(name)) {
            topics.add(new DeleteRecordsTopic().setName(name));
        }
        return topics.get(topics.size() - 1);
    }

    @Override
    public DeleteRecordsResponseData merge(
            DeleteRecordsRequestData request, short version, List<DeleteRecordsResponseData> answers) {
        Answers<DeleteRecordsPartitionResult> places = new Answers<>();
        answers.forEach(answer -> answer.topics().forEach(topic -> topic.partitions()
                .forEach(each -> places.add(topic.name(), each.partitionIndex(), each))));
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        for (DeleteRecordsTopic asked : request.topics()) {
            DeleteRecordsTopicResult topic = response.topics().find(asked.name());
            if (topic == null) {
                topic = new DeleteRecordsTopicResult().setName(asked.name());
                response.topics().add(topic);
            }
            for (DeleteRecordsPartition partition : asked.partitions()) {
                DeleteRecordsPartitionResult place = places.next(asked.name(), partition.partitionIndex());
                topic.partitions().mustAdd(place != null ? place.duplicate() : unanswered(partition));
            }
        }
        return response;
    }

    private static DeleteRecordsPartitionResult unanswered(DeleteRecordsPartition partition) {
        return new DeleteRecordsPartitionResult()
                .setPartitionIndex(partition.partitionIndex())
                .setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code())
                .setLowWatermark(-1);
    }

    @Override
    public long deadlineNanos(RequestContext context, DeleteRecordsRequestData request) {
        return context.receivedNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.timeoutMs()));
    }

    @Override
    public boolean mayRepeat() {
        return false;
    }
}
