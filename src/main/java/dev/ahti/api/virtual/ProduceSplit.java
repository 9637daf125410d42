package dev.ahti.api.virtual;

import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Produce: records stay in the frame that the client sent. A batch whose fate is unknown is never sent again from here. One
 * that was not sent may be, if sequence numbers keep the order of what the producer sends meanwhile.
 *
 * <p>Hints at the new leader (KIP-951) are left out: the client knows one broker.
 */
final class ProduceSplit implements Split<ProduceRequestData, ProduceResponseData> {
    private static final short FIRST_VERSION_BY_ID = 13;
    private static final int PRODUCER_ID_OFFSET = 43;

    @Override
    public Map<Integer, ProduceRequestData> cut(ProduceRequestData request, short version, Leaders leaders) {
        Map<Integer, ProduceRequestData> parts = new LinkedHashMap<>();
        for (TopicProduceData data : request.topicData()) {
            TopicImage topic =
                    version >= FIRST_VERSION_BY_ID ? leaders.topic(data.topicId()) : leaders.topic(data.name());
            for (PartitionProduceData partition : data.partitionData()) {
                ProduceRequestData part =
                        parts.computeIfAbsent(leaders.of(topic, partition.index()), broker -> new ProduceRequestData()
                                .setAcks(request.acks())
                                .setTimeoutMs(request.timeoutMs())
                                .setTransactionalId(request.transactionalId()));
                topicIn(part, data).partitionData().add(partition);
            }
        }
        return parts;
    }

    private static TopicProduceData topicIn(ProduceRequestData part, TopicProduceData data) {
        TopicProduceData topic = part.topicData().find(data.name(), data.topicId());
        if (topic == null) {
            topic = new TopicProduceData().setName(data.name()).setTopicId(data.topicId());
            part.topicData().add(topic);
        }
        return topic;
    }

    @Override
    public ProduceResponseData single(ProduceResponseData answer) {
        return withoutHints(answer);
    }

    @Override
    public ProduceResponseData merge(ProduceRequestData request, short version, List<ProduceResponseData> answers) {
        boolean byId = version >= FIRST_VERSION_BY_ID;
        Answers<PartitionProduceResponse> places = new Answers<>();
        for (ProduceResponseData answer : answers) {
            for (TopicProduceResponse topic : withoutHints(answer).responses()) {
                topic.partitionResponses()
                        .forEach(each -> places.add(byId ? topic.topicId() : topic.name(), each.index(), each));
            }
        }
        ProduceResponseData response = new ProduceResponseData();
        for (TopicProduceData data : request.topicData()) {
            TopicProduceResponse topic =
                    new TopicProduceResponse().setName(data.name()).setTopicId(data.topicId());
            response.responses().add(topic);
            for (PartitionProduceData partition : data.partitionData()) {
                PartitionProduceResponse place = places.next(byId ? data.topicId() : data.name(), partition.index());
                topic.partitionResponses().add(place != null ? place : unanswered(partition));
            }
        }
        return response;
    }

    private static PartitionProduceResponse unanswered(PartitionProduceData partition) {
        return new PartitionProduceResponse()
                .setIndex(partition.index())
                .setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code())
                .setBaseOffset(-1);
    }

    private static ProduceResponseData withoutHints(ProduceResponseData answer) {
        answer.nodeEndpoints().clear();
        for (TopicProduceResponse topic : answer.responses()) {
            for (PartitionProduceResponse each : topic.partitionResponses()) {
                if (each.errorCode() != Errors.NONE.code()) {
                    each.setCurrentLeader(new LeaderIdAndEpoch());
                }
            }
        }
        return answer;
    }

    @Override
    public long deadlineNanos(RequestContext context, ProduceRequestData request) {
        return context.receivedNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.timeoutMs()));
    }

    /** A producer without sequence numbers that has sent more meanwhile would find its records in another order. */
    @Override
    public boolean mayBeginLate(ProduceRequestData request) {
        return request.topicData().stream()
                .flatMap(topic -> topic.partitionData().stream())
                .allMatch(ProduceSplit::isIdempotent);
    }

    private static boolean isIdempotent(PartitionProduceData partition) {
        if (!(partition.records() instanceof MemoryRecords records)) {
            return false;
        }
        ByteBuffer batch = records.buffer();
        return batch.remaining() >= PRODUCER_ID_OFFSET + Long.BYTES
                && batch.getLong(batch.position() + PRODUCER_ID_OFFSET) >= 0;
    }

    @Override
    public boolean mayRepeat() {
        return false;
    }
}
