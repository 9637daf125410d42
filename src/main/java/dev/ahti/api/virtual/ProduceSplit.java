package dev.ahti.api.virtual;

import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.RefusedSequences;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * Produce: records stay in the frame that the client sent. No batch is sent again from here: the client does
 * that, in its order, and until then what follows a refused batch is refused too ({@link RefusedSequences}).
 *
 * <p>Hints at the new leader (KIP-951) are left out: the client knows one broker.
 */
public final class ProduceSplit implements Split<ProduceRequestData, ProduceResponseData> {
    private static final short FIRST_VERSION_BY_ID = 13;

    private final RefusedSequences refused;

    ProduceSplit(RefusedSequences refused) {
        this.refused = refused;
    }

    @Override
    public Map<Integer, ProduceRequestData> cut(ProduceRequestData request, short version, Leaders leaders) {
        Map<Integer, ProduceRequestData> parts = new LinkedHashMap<>();
        for (TopicProduceData data : request.topicData()) {
            TopicImage topic =
                    version >= FIRST_VERSION_BY_ID ? leaders.topic(data.topicId()) : leaders.topic(data.name());
            for (PartitionProduceData partition : data.partitionData()) {
                ProduceRequestData part =
                        parts.computeIfAbsent(leader(topic, partition, leaders), broker -> new ProduceRequestData()
                                .setAcks(request.acks())
                                .setTimeoutMs(request.timeoutMs())
                                .setTransactionalId(request.transactionalId()));
                topicIn(part, data).partitionData().add(partition);
            }
        }
        return parts;
    }

    private int leader(TopicImage topic, PartitionProduceData partition, Leaders leaders) {
        boolean tooEarly =
                topic != null && refused.holdBack(topic.id(), topic.name(), partition.index(), partition.records());
        return tooEarly ? Leaders.NOBODY : leaders.of(topic, partition.index());
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

    /** Others that the producer has sent meanwhile would be answered first, and for their sequence numbers refused for good. */
    @Override
    public boolean mayBeginLate() {
        return false;
    }

    @Override
    public void refused(ProduceRequestData request) {
        refused(refused, request);
    }

    static void refused(RefusedSequences refused, ProduceRequestData request) {
        for (TopicProduceData topic : request.topicData()) {
            topic.partitionData().forEach(partition -> refused(refused, topic, partition));
        }
    }

    /** Remembers that the batch was refused for a reason that may be over when the producer's next comes. */
    public static void refused(RefusedSequences refused, TopicProduceData topic, PartitionProduceData partition) {
        if (topic.topicId().equals(Uuid.ZERO_UUID)) {
            refused.add(topic.name(), partition.index(), partition.records());
        } else {
            refused.add(topic.topicId(), partition.index(), partition.records());
        }
    }

    @Override
    public boolean mayRepeat() {
        return false;
    }
}
