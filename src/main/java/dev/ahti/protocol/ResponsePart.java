package dev.ahti.protocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.BaseRecords;

/** A piece of an encoded response. */
public sealed interface ResponsePart {

    int size();

    /** Bytes in memory: {@code bytes} from its position to its limit, which nobody moves. */
    record Bytes(ByteBuffer bytes) implements ResponsePart {
        @Override
        public int size() {
            return bytes.remaining();
        }
    }

    /** Records that are not in memory: whoever sends them knows how to read them. */
    record Records(BaseRecords records) implements ResponsePart {
        @Override
        public int size() {
            return records.sizeInBytes();
        }
    }

    /** Nothing to send: something to do when all parts before it have been handed to the socket, or never will be. */
    record Sent(Runnable then) implements ResponsePart {
        @Override
        public int size() {
            return 0;
        }
    }
}
