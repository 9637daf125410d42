package dev.ahti.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Encodes a response with its header and length into parts. Everything but records goes into one array of exactly the
 * size needed; records are parts of their own and are not copied.
 */
public final class ResponseEncoder {
    private static final int LENGTH_PREFIX = 4;

    private ResponseEncoder() {}

    /** @throws RuntimeException where a field has no place in this version: the handler's mistake */
    public static EncodedResponse encode(Request request, ApiMessage response) {
        return encode(request.correlationId(), request.responseHeaderVersion(), response, request.apiVersion());
    }

    static EncodedResponse encode(int correlationId, short headerVersion, ApiMessage response, short version) {
        ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(correlationId);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        header.addSize(size, cache, headerVersion);
        response.addSize(size, cache, version);
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH_PREFIX + size.sizeExcludingZeroCopy());
        bytes.putInt(size.totalSize());
        Gatherer gatherer = new Gatherer(bytes);
        header.write(gatherer, cache, headerVersion);
        response.write(gatherer, cache, version);
        return gatherer.finish(LENGTH_PREFIX + size.totalSize());
    }

    /** Takes Kafka's "zero copy" fields as parts and all others into one buffer. */
    private static final class Gatherer extends ByteBufferAccessor {
        private final ByteBuffer bytes;
        private final List<ResponsePart> parts = new ArrayList<>(1);
        private int written;

        Gatherer(ByteBuffer bytes) {
            super(bytes);
            this.bytes = bytes;
        }

        @Override
        public void writeByteBuffer(ByteBuffer value) {
            flush();
            parts.add(new ResponsePart.Bytes(value.slice()));
        }

        @Override
        public void writeRecords(BaseRecords records) {
            if (records.sizeInBytes() == 0) {
                return;
            }
            flush();
            parts.add(
                    records instanceof MemoryRecords inMemory
                            ? new ResponsePart.Bytes(inMemory.buffer())
                            : new ResponsePart.Records(records));
        }

        private void flush() {
            if (bytes.position() > written) {
                parts.add(new ResponsePart.Bytes(bytes.slice(written, bytes.position() - written)));
                written = bytes.position();
            }
        }

        EncodedResponse finish(int expected) {
            flush();
            long size = parts.stream().mapToLong(ResponsePart::size).sum();
            if (size != expected) {
                throw new IllegalStateException("a response of " + expected + " bytes was encoded to " + size);
            }
            return new EncodedResponse(List.copyOf(parts), expected);
        }
    }
}
