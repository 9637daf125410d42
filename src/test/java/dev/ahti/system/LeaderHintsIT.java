package dev.ahti.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.SharedCluster;
import dev.ahti.testing.TestCluster;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rule 17: in direct mode a wrong broker says who leads, and where that one is (KIP-951). */
@ExtendWith(SharedCluster.class)
class LeaderHintsIT {
    private static final List<Integer> ALL = List.of(1, 2, 3);
    private static final short PRODUCE_VERSION = 13;
    private static final short FETCH_VERSION = 17;

    @Test
    void aBrokerThatDoesNotLeadNamesTheLeaderAndItsAddress(TestCluster cluster) throws Exception {
        Uuid topic;
        Map<Integer, Integer> leaders;
        try (Admin admin = cluster.admin(1)) {
            topic = admin.createTopics(List.of(new NewTopic("hints", 3, (short) 1)))
                    .topicId("hints")
                    .get(60, TimeUnit.SECONDS);
            leaders = TestCluster.partitions(admin, "hints").stream()
                    .collect(Collectors.toMap(
                            each -> each.partition(), each -> each.leader().id()));
            assertThat(leaders.values()).containsExactlyInAnyOrderElementsOf(ALL);
        }
        for (int asked : ALL) {
            for (int partition = 0; partition < 3; partition++) {
                int leader = leaders.get(partition);
                if (leader != asked) {
                    assertProduceNames(cluster, asked, topic, partition, leader);
                    assertFetchNames(cluster, asked, topic, partition, leader);
                }
            }
        }
        try (Admin admin = cluster.admin(1)) {
            admin.deleteTopics(List.of("hints")).all().get(60, TimeUnit.SECONDS);
        }
    }

    private static void assertProduceNames(TestCluster cluster, int asked, Uuid topic, int partition, int leader)
            throws IOException {
        TopicProduceData data = new TopicProduceData()
                .setTopicId(topic)
                .setPartitionData(List.of(new PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(
                                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("v".getBytes(UTF_8))))));
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData().add(data);

        ProduceResponseData response = new ProduceResponseData(
                ask(cluster, asked, new ProduceRequest(request, PRODUCE_VERSION), ApiKeys.PRODUCE), PRODUCE_VERSION);

        var place = response.responses().iterator().next().partitionResponses().get(0);
        assertThat(Errors.forCode(place.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(place.currentLeader().leaderId()).isEqualTo(leader);
        assertThat(place.currentLeader().leaderEpoch()).isNotNegative();
        assertThat(response.nodeEndpoints().find(leader).host()).isEqualTo("127.0.0.1");
        assertThat(response.nodeEndpoints().find(leader).port())
                .isEqualTo(cluster.broker(leader).kafkaPort());
    }

    private static void assertFetchNames(TestCluster cluster, int asked, Uuid topic, int partition, int leader)
            throws IOException {
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(10_000)
                .setMinBytes(1)
                .setMaxBytes(1000)
                .setTopics(List.of(new FetchTopic()
                        .setTopicId(topic)
                        .setPartitions(List.of(
                                new FetchPartition().setPartition(partition).setPartitionMaxBytes(1000)))));

        FetchResponseData response = new FetchResponseData(
                ask(cluster, asked, new FetchRequest(request, FETCH_VERSION), ApiKeys.FETCH), FETCH_VERSION);

        var place = response.responses().get(0).partitions().get(0);
        assertThat(Errors.forCode(place.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(place.currentLeader().leaderId()).isEqualTo(leader);
        assertThat(place.currentLeader().leaderEpoch()).isNotNegative();
        assertThat(response.nodeEndpoints().find(leader).host()).isEqualTo("127.0.0.1");
        assertThat(response.nodeEndpoints().find(leader).port())
                .isEqualTo(cluster.broker(leader).kafkaPort());
    }

    /** The response's body. */
    private static ByteBufferAccessor ask(TestCluster cluster, int broker, AbstractRequest request, ApiKeys api)
            throws IOException {
        ByteBuffer sent = request.serializeWithHeader(new RequestHeader(api, request.version(), "hints", 1));
        try (Socket socket = new Socket("127.0.0.1", cluster.broker(broker).kafkaPort())) {
            socket.setSoTimeout(60_000);
            byte[] frame = new byte[Integer.BYTES + sent.remaining()];
            ByteBuffer.wrap(frame).putInt(sent.remaining()).put(sent);
            socket.getOutputStream().write(frame);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = in.readNBytes(in.readInt());
            int header = api.responseHeaderVersion(request.version()) == 0 ? 4 : 5;
            return new ByteBufferAccessor(
                    ByteBuffer.wrap(answer, header, answer.length - header).slice());
        }
    }
}
