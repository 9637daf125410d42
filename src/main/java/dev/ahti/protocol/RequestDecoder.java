package dev.ahti.protocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Decodes one frame. Records stay where they are: the decoded request refers to the frame's bytes, and a log may write
 * into them. Bytes after the body are ignored, as by Kafka.
 */
public final class RequestDecoder {
    /** api key, version, correlation id: the part of every header version. */
    private static final int SMALLEST_HEADER = 2 + 2 + 4;

    private RequestDecoder() {}

    /**
     * What the frame says, before its body is looked at. Nothing here depends on the version being known.
     *
     * @throws InvalidRequest for an API that is not served
     */
    public static Decoded decode(ByteBuffer frame) {
        if (frame.remaining() < SMALLEST_HEADER) {
            throw new InvalidRequest("a frame of " + frame.remaining() + " bytes has no request header");
        }
        int start = frame.position();
        short key = frame.getShort(start);
        short version = frame.getShort(start + 2);
        if (!ApiKeys.hasId(key)) {
            throw new InvalidRequest("unknown api key " + key);
        }
        ApiKeys api = ApiKeys.forId(key);
        if (!SupportedApis.isSupported(api, version)) {
            if (api == ApiKeys.API_VERSIONS) {
                return new Decoded(null, UnsupportedApiVersions.response(frame.getInt(start + 4)));
            }
            throw new InvalidRequest(api + " v" + version + " is not supported");
        }
        return new Decoded(decodeBody(api, version, frame), null);
    }

    private static Request decodeBody(ApiKeys api, short version, ByteBuffer frame) {
        RequestBytes bytes = new RequestBytes(frame);
        try {
            RequestHeaderData header = new RequestHeaderData(bytes, api.requestHeaderVersion(version));
            ApiMessage body = api.messageType.newRequest();
            body.read(bytes, version);
            return new Request(api, version, header.correlationId(), header.clientId(), body, bytes.decodedBytes());
        } catch (InvalidRequest e) {
            throw e;
        } catch (RuntimeException e) {
            // The generated readers throw whatever comes: buffer underflow, negative sizes, null where none may be.
            throw new InvalidRequest(api + " v" + version + " cannot be read: " + e);
        }
    }

    /**
     * Exactly one of them is null.
     *
     * @param answer what the protocol itself answers, without a handler
     */
    public record Decoded(Request request, EncodedResponse answer) {}
}
