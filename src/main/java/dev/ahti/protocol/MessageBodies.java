package dev.ahti.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Requests and responses without length and header: the form in which brokers hand them on to each other. */
public final class MessageBodies {
    private MessageBodies() {}

    /** Records are parts of their own and are not copied. */
    public static EncodedResponse encode(ApiMessage body, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        body.addSize(size, cache, version);
        Parts parts = new Parts(ByteBuffer.allocate(size.sizeExcludingZeroCopy()));
        parts.write(body, cache, version);
        return parts.finish(size.totalSize());
    }

    /**
     * Its records stay where they are.
     *
     * @throws InvalidRequest where it is none, or of an API or version that is not served
     */
    public static ApiMessage readRequest(ApiKeys api, short version, ByteBuffer bytes) {
        if (!SupportedApis.isSupported(api, version)) {
            throw new InvalidRequest(api + " v" + version + " is not supported");
        }
        return read(api.messageType.newRequest(), api, version, bytes);
    }

    /**
     * Its records stay where they are.
     *
     * @throws InvalidRequest where it is none
     */
    public static ApiMessage readResponse(ApiKeys api, short version, ByteBuffer bytes) {
        return read(api.messageType.newResponse(), api, version, bytes);
    }

    private static ApiMessage read(ApiMessage body, ApiKeys api, short version, ByteBuffer bytes) {
        try {
            body.read(new RequestBytes(bytes), version);
            return body;
        } catch (InvalidRequest e) {
            throw e;
        } catch (RuntimeException e) {
            // The generated readers throw whatever comes.
            throw new InvalidRequest(api + " v" + version + " cannot be read: " + e);
        }
    }

    /** Takes Kafka's "zero copy" fields as parts and all others into one buffer. */
    static final class Parts extends ByteBufferAccessor {
        private final ByteBuffer bytes;
        private final List<ResponsePart> parts = new ArrayList<>(1);
        private int written;

        Parts(ByteBuffer bytes) {
            super(bytes);
            this.bytes = bytes;
        }

        void write(Message message, ObjectSerializationCache cache, short version) {
            message.write(this, cache, version);
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
            long size = 0; // For each response: a stream here took a hundredth of a broker's time.
            for (ResponsePart part : parts) {
                size += part.size();
            }
            if (size != expected) {
                throw new IllegalStateException("a message of " + expected + " bytes was encoded to " + size);
            }
            return new EncodedResponse(List.copyOf(parts), expected);
        }
    }
}
