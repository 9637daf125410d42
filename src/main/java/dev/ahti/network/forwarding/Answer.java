package dev.ahti.network.forwarding;

import dev.ahti.log.LogSlice;
import dev.ahti.protocol.EncodedResponse;
import dev.ahti.protocol.ResponsePart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer to a request that was handed on, on its way back.
 *
 * @param id of the request
 */
record Answer(AnswerType type, int id, EncodedResponse content) {
    private static final Logger log = LoggerFactory.getLogger(Answer.class);
    private static final EncodedResponse NOTHING = new EncodedResponse(List.of(), 0);

    static Answer of(AnswerType type, int id) {
        return new Answer(type, id, NOTHING);
    }

    static Answer response(int id, EncodedResponse response) {
        return response.size() > ForwardingLink.MAX_REQUEST_BYTES
                ? of(AnswerType.FAILED, id)
                : new Answer(AnswerType.RESPONSE, id, response);
    }

    static Answer close(int id, String reason) {
        ByteBuffer text = StandardCharsets.UTF_8.encode(reason);
        return new Answer(
                AnswerType.CLOSE, id, new EncodedResponse(List.of(new ResponsePart.Bytes(text)), text.remaining()));
    }

    /** In one array, into which records are read from their log. */
    ByteString frame() {
        ByteBuffer frame = ByteBuffer.allocate(ForwardingCodec.ANSWER_HEADER_BYTES + content.size());
        ForwardingCodec.writeAnswerHeader(frame, type, id);
        try {
            for (ResponsePart part : content.parts()) {
                read(part, frame);
            }
            return ByteString.fromArrayUnsafe(frame.array());
        } catch (IOException e) {
            log.warn("records for another broker's client cannot be read", e);
            return of(AnswerType.FAILED, id).frame();
        }
    }

    private static void read(ResponsePart part, ByteBuffer target) throws IOException {
        if (part instanceof ResponsePart.Bytes memory) {
            target.put(memory.bytes().duplicate());
        } else if (part instanceof ResponsePart.Records records && records.records() instanceof LogSlice slice) {
            slice.read(0, target.slice(target.position(), slice.sizeInBytes()));
            target.position(target.position() + slice.sizeInBytes());
        } else {
            throw new IOException("no way to send " + part);
        }
    }
}
