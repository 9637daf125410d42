package dev.ahti.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

class MessageBodiesTest {
    private final byte[] frame = new byte[100];
    private final MemoryRecords records =
            MemoryRecords.readableRecords(ByteBuffer.wrap(frame, 20, 50).slice());

    private EncodedResponse produce(short version) {
        ProduceRequestData request = new ProduceRequestData().setAcks((short) 1);
        request.topicData()
                .add(new TopicProduceData()
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(3).setRecords(records))));
        return MessageBodies.encode(request, version);
    }

    @Test
    void recordsOfARequestStayInTheFrameThatTheyCameIn() {
        assertThat(produce((short) 13).parts())
                .filteredOn(part -> part instanceof ResponsePart.Bytes bytes
                        && bytes.bytes().hasArray()
                        && bytes.bytes().array() == frame)
                .singleElement()
                .extracting(ResponsePart::size)
                .isEqualTo(50);
    }

    @Test
    void whatWasEncodedIsReadAgainWithoutCopyingItsRecords() {
        EncodedResponse encoded = produce((short) 13);
        ByteBuffer bytes = ByteBuffer.allocate(encoded.size());
        encoded.parts()
                .forEach(part -> bytes.put(((ResponsePart.Bytes) part).bytes().duplicate()));
        ProduceRequestData read =
                (ProduceRequestData) MessageBodies.readRequest(ApiKeys.PRODUCE, (short) 13, bytes.flip());

        MemoryRecords found = (MemoryRecords)
                read.topicData().iterator().next().partitionData().get(0).records();
        assertThat(found.sizeInBytes()).isEqualTo(50);
        assertThat(found.buffer().array()).isSameAs(bytes.array());
    }

    @Test
    void bytesThatAreNoMessageAreRefused() {
        assertThatThrownBy(() -> MessageBodies.readRequest(ApiKeys.PRODUCE, (short) 13, ByteBuffer.allocate(3)))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> MessageBodies.readRequest(ApiKeys.PRODUCE, (short) 99, ByteBuffer.allocate(30)))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> MessageBodies.readResponse(ApiKeys.FETCH, (short) 17, ByteBuffer.allocate(3)))
                .isInstanceOf(InvalidRequest.class);
    }
}
