package dev.ahti.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordsSend;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

class ResponseEncoderTest {
    private static Request request(ApiKeys api, int version) {
        return new Request(api, (short) version, 42, null, null, 0);
    }

    private static byte[] bytes(EncodedResponse response) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ResponsePart part : response.parts()) {
            ByteBuffer bytes = ((ResponsePart.Bytes) part).bytes().duplicate();
            while (bytes.hasRemaining()) {
                all.write(bytes.get());
            }
        }
        return all.toByteArray();
    }

    @Test
    void kafkaReadsTheEmptyResponseOfEachApiInEachVersion() {
        for (ApiKeys api : SupportedApis.apiKeys()) {
            SupportedApis.Versions versions = SupportedApis.versions(api);
            for (short version = versions.oldest(); version <= versions.latest(); version++) {
                ApiMessage response = empty(api, version);
                EncodedResponse encoded = ResponseEncoder.encode(request(api, version), response);
                ByteBuffer bytes = ByteBuffer.wrap(bytes(encoded));
                assertThat(encoded.size()).isEqualTo(bytes.remaining());
                assertThat(bytes.getInt()).as("%s v%s", api, version).isEqualTo(bytes.remaining());
                assertThat(AbstractResponse.parseResponse(bytes.slice(), new RequestHeader(api, version, "", 42))
                                .data())
                        .isEqualTo(response);
            }
        }
    }

    /** No protocol is an empty name in a JoinGroup response before 7, and null from then on. */
    private static ApiMessage empty(ApiKeys api, short version) {
        ApiMessage response = api.messageType.newResponse();
        return response instanceof JoinGroupResponseData join
                ? join.setProtocolName(version < 7 ? "" : null)
                : response;
    }

    @Test
    void aResponseWithoutRecordsIsOneArray() {
        MetadataResponseData response = new MetadataResponseData().setClusterId("cluster");
        response.brokers()
                .add(new MetadataResponseData.MetadataResponseBroker()
                        .setNodeId(1)
                        .setHost("host"));
        EncodedResponse encoded = ResponseEncoder.encode(request(ApiKeys.METADATA, 12), response);
        assertThat(encoded.parts()).hasSize(1);
    }

    private static FetchResponseData fetched(List<BaseRecords> records) {
        return new FetchResponseData()
                .setResponses(List.of(new FetchResponseData.FetchableTopicResponse()
                        .setPartitions(records.stream()
                                .map(each -> new FetchResponseData.PartitionData().setRecords(each))
                                .toList())));
    }

    @Test
    void recordsInMemoryAreSentFromWhereTheyAre() {
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[1000]));
        FetchResponseData response = fetched(List.of(records, MemoryRecords.EMPTY, records));
        for (int version : new int[] {4, 11, 12, 18}) {
            EncodedResponse encoded = ResponseEncoder.encode(request(ApiKeys.FETCH, version), response);
            assertThat(encoded.parts().get(1)).isInstanceOfSatisfying(ResponsePart.Bytes.class, part -> assertThat(
                            part.bytes().array())
                    .isSameAs(records.buffer().array()));
            ByteBuffer bytes = ByteBuffer.wrap(bytes(encoded)).position(4).slice();
            assertThat(AbstractResponse.parseResponse(bytes, new RequestHeader(ApiKeys.FETCH, (short) version, "", 42))
                            .data()
                            .toString())
                    .contains("size=" + records.sizeInBytes());
        }
    }

    @Test
    void recordsThatAreNotInMemoryStayWhereTheyAre() {
        BaseRecords records = new BaseRecords() {
            @Override
            public int sizeInBytes() {
                return 5_000;
            }

            @Override
            public RecordsSend<? extends BaseRecords> toSend() {
                throw new UnsupportedOperationException();
            }
        };
        EncodedResponse encoded = ResponseEncoder.encode(request(ApiKeys.FETCH, 12), fetched(List.of(records)));
        assertThat(encoded.parts()).contains(new ResponsePart.Records(records));
        assertThat(encoded.size()).isBetween(5_000, 5_200);
    }
}
