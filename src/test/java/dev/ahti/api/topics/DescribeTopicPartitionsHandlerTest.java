package dev.ahti.api.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.api.ListenerViews;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class DescribeTopicPartitionsHandlerTest {
    private final FakeMetadata metadata =
            new FakeMetadata().broker(1, "PLAINTEXT").broker(2, "PLAINTEXT");
    private final DescribeTopicPartitionsHandler handler =
            new DescribeTopicPartitionsHandler(metadata, ListenerViews.direct(1), 2000);

    @Test
    void pagesFollowEachOtherWithoutGapOrRepetition() {
        metadata.topic("c", 1, 1);
        metadata.topic("a", 3, 1);
        metadata.topic("b", 2, 1);
        List<String> seen = new ArrayList<>();
        DescribeTopicPartitionsRequestData request =
                new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(2);

        int pages = 0;
        DescribeTopicPartitionsResponseData page;
        do {
            page = ask(request);
            page.topics().forEach(topic -> topic.partitions()
                    .forEach(partition -> seen.add(topic.name() + partition.partitionIndex())));
            if (page.nextCursor() != null) {
                request.setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                        .setTopicName(page.nextCursor().topicName())
                        .setPartitionIndex(page.nextCursor().partitionIndex()));
            }
            pages++;
        } while (page.nextCursor() != null);

        assertThat(seen).containsExactly("a0", "a1", "a2", "b0", "b1", "c0");
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void aPageIsNeverLargerThanTheBrokerAllows() {
        metadata.topic("a", 5, 1);

        DescribeTopicPartitionsResponseData page = Exchange.ask(
                new DescribeTopicPartitionsHandler(metadata, ListenerViews.direct(1), 3),
                0,
                new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(100),
                DescribeTopicPartitionsResponseData.class);

        assertThat(topic(page, "a").partitions()).hasSize(3);
        assertThat(page.nextCursor().partitionIndex()).isEqualTo(3);
    }

    @Test
    void namedTopicsThatDoNotExistAreTold() {
        metadata.topic("a", 1, 1);

        DescribeTopicPartitionsResponseData response = ask(new DescribeTopicPartitionsRequestData()
                .setTopics(List.of(
                        new TopicRequest().setName("unknown"),
                        new TopicRequest().setName("a"),
                        new TopicRequest().setName("b@d"))));

        assertThat(Errors.forCode(topic(response, "a").errorCode())).isEqualTo(Errors.NONE);
        assertThat(Errors.forCode(topic(response, "unknown").errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(Errors.forCode(topic(response, "b@d").errorCode())).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void eligibleLeaderReplicasAndOfflineOnesAreShown() {
        Uuid id = metadata.topic("a", 1, 1, 2);
        metadata.apply(new UpdateISR(new PartitionId(id, 0), List.of(new IsrMember(1, new Uuid(1, 1))), List.of(2)));
        metadata.fence(2);

        DescribeTopicPartitionsResponsePartition partition = topic(ask(new DescribeTopicPartitionsRequestData()), "a")
                .partitions()
                .get(0);

        assertThat(partition.eligibleLeaderReplicas()).containsExactly(2);
        assertThat(partition.offlineReplicas()).containsExactly(2);
        assertThat(partition.isrNodes()).containsExactly(1);
        assertThat(partition.leaderId()).isEqualTo(1);
    }

    @Test
    void aCursorBeyondTheTopicIsAnEmptyPage() {
        metadata.topic("a", 1, 1);

        DescribeTopicPartitionsResponseData response = ask(new DescribeTopicPartitionsRequestData()
                .setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                        .setTopicName("a")
                        .setPartitionIndex(5)));

        assertThat(topic(response, "a").partitions()).isEmpty();
        assertThat(response.nextCursor()).isNull();
    }

    @Test
    void aNegativeCursorIsRefused() {
        DescribeTopicPartitionsResponseData response = ask(new DescribeTopicPartitionsRequestData()
                .setTopics(List.of(new TopicRequest().setName("a")))
                .setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                        .setTopicName("a")
                        .setPartitionIndex(-1)));

        assertThat(Errors.forCode(topic(response, "a").errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    }

    private DescribeTopicPartitionsResponseData ask(DescribeTopicPartitionsRequestData request) {
        return Exchange.ask(handler, 0, request, DescribeTopicPartitionsResponseData.class);
    }

    private static DescribeTopicPartitionsResponseTopic topic(
            DescribeTopicPartitionsResponseData response, String name) {
        return response.topics().find(name);
    }
}
