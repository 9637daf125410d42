package dev.ahti.protocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

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
        MessageBodies.Parts parts = new MessageBodies.Parts(bytes);
        parts.write(header, cache, headerVersion);
        parts.write(response, cache, version);
        return parts.finish(LENGTH_PREFIX + size.totalSize());
    }
}
