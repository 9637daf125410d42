package dev.ahti.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

class RequestDecoderTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static ByteBuffer withoutLength(byte[] frame) {
        return ByteBuffer.wrap(frame, 4, frame.length - 4).slice();
    }

    @Test
    void readsEachApiInEachVersionAsKafkaDoes() {
        RequestFrames frames = new RequestFrames(new Random(1));
        for (ApiKeys api : SupportedApis.apiKeys()) {
            SupportedApis.Versions versions = SupportedApis.versions(api);
            for (short version = versions.oldest(); version <= versions.latest(); version++) {
                for (int i = 0; i < 20; i++) {
                    byte[] frame = frames.of(api, version);
                    Request ours = RequestDecoder.decode(withoutLength(frame)).request();
                    ByteBuffer theirs = withoutLength(frame);
                    RequestHeader header = RequestHeader.parse(theirs);
                    ByteBuffer body = theirs.slice();
                    assertThat(ours.apiKey()).isEqualTo(api);
                    assertThat(ours.apiVersion()).isEqualTo(version);
                    assertThat(ours.correlationId()).isEqualTo(header.correlationId());
                    assertThat(ours.clientId()).isEqualTo(header.clientId());
                    assertThat(ours.body()).isEqualTo(kafkas(api, version, new ByteBufferAccessor(body)));
                }
            }
        }
    }

    /** But for JoinGroup 0, whose one time Kafka writes into a second field here, and Ahti in the handler. */
    private static ApiMessage kafkas(ApiKeys api, short version, ByteBufferAccessor body) {
        return api == ApiKeys.JOIN_GROUP
                ? new JoinGroupRequestData(body, version)
                : AbstractRequest.parseRequest(api, version, body).request.data();
    }

    @Test
    void recordsAreTheFramesOwnBytesAndMayBeWrittenTo() {
        byte[] frame;
        ProduceRequestData request;
        RequestFrames frames = new RequestFrames(new Random(2));
        do {
            frame = frames.of(ApiKeys.PRODUCE, (short) 9);
            request = (ProduceRequestData)
                    RequestDecoder.decode(withoutLength(frame)).request().body();
        } while (firstRecords(request) == null);

        ByteBuffer records = ((MemoryRecords) firstRecords(request)).buffer();
        assertThat(records.array()).isSameAs(frame);
        assertThat(records.isReadOnly()).isFalse();
    }

    private static Object firstRecords(ProduceRequestData request) {
        return request.topicData().stream()
                .flatMap(topic -> topic.partitionData().stream())
                .map(ProduceRequestData.PartitionProduceData::records)
                .filter(records -> records != null)
                .findFirst()
                .orElse(null);
    }

    @Test
    void refusesApisAndVersionsThatAreNotServed() {
        assertRefused("unknown api key", 999, 0);
        assertRefused("unknown api key", -1, 0);
        assertRefused("PRODUCE v2 is not supported", 0, 2);
        assertRefused("FETCH v3 is not supported", 1, 3);
        assertRefused("METADATA v-1 is not supported", 3, -1);
        assertRefused("VOTE v0 is not supported", ApiKeys.VOTE.id, 0);
        assertRefused("OFFSET_COMMIT v1 is not supported", ApiKeys.OFFSET_COMMIT.id, 1);
        assertRefused("ADD_PARTITIONS_TO_TXN v3 is not supported", ApiKeys.ADD_PARTITIONS_TO_TXN.id, 3);
    }

    private static void assertRefused(String reason, int key, int version) {
        ByteBuffer frame = ByteBuffer.allocate(100).putShort((short) key).putShort((short) version);
        assertThatThrownBy(() -> RequestDecoder.decode(frame.rewind()))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aFrameTooShortForAHeaderIsRefused() {
        for (int size = 0; size < 10; size++) {
            ByteBuffer frame = ByteBuffer.allocate(size);
            assertThatThrownBy(() -> RequestDecoder.decode(frame)).isInstanceOf(InvalidRequest.class);
        }
    }

    @Test
    void bytesAfterTheBodyAreIgnoredAsByKafka() {
        byte[] frame = new RequestFrames(new Random(3)).of(ApiKeys.METADATA, (short) 12);
        byte[] longer = Arrays.copyOf(frame, frame.length + 10);
        assertThat(RequestDecoder.decode(withoutLength(longer)).request().body())
                .isEqualTo(RequestDecoder.decode(withoutLength(frame)).request().body());
    }

    @Test
    void aFrameOfManyTinyElementsIsRefusedBeforeItFillsTheHeap() {
        // DeleteTopics v5: an array of compact strings, of which an empty one is one byte here and forty on the heap.
        int size = 40_000_000;
        ByteBuffer frame = ByteBuffer.allocate(size)
                .putShort(ApiKeys.DELETE_TOPICS.id)
                .putShort((short) 5)
                .putInt(1)
                .putShort((short) -1)
                .put((byte) 0);
        int elements = size - 100;
        for (int rest = elements + 1; rest != 0; rest >>>= 7) {
            frame.put((byte) (rest > 127 ? rest | 128 : rest));
        }
        while (frame.hasRemaining()) {
            frame.put((byte) 1);
        }
        frame.flip();

        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> RequestDecoder.decode(frame)).isInstanceOf(InvalidRequest.class);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000_000);
    }

    @Test
    void aLargeDecodedRequestSaysWhatItTakes() {
        ByteBuffer frame = ByteBuffer.allocate(20_030)
                .putShort(ApiKeys.DELETE_TOPICS.id)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) -1)
                .putInt(10_000);
        assertThat(RequestDecoder.decode(frame.rewind()).request().decodedBytes())
                .isBetween(240_000, 1_000_000);
    }

    @Test
    void damagedFramesAreRefusedOrReadAndNeverTakeMuchMemory() {
        FrameMutator mutator = new FrameMutator(4);
        int refused = 0;
        int count = 50_000;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < count; i++) {
            try {
                RequestDecoder.decode(withoutLength(mutator.next()));
            } catch (InvalidRequest e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(count / 4, count - count / 20);
        assertThat((THREADS.getCurrentThreadAllocatedBytes() - before) / count).isLessThan(50_000);
    }
}
