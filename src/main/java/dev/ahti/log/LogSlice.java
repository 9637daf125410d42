package dev.ahti.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Whole batches of one segment file, not yet read: the network path copies them out in chunks while it sends. Holds no
 * lock; a segment that is deleted meanwhile stays readable for {@code file.delete.delay.ms}.
 */
public final class LogSlice implements BaseRecords {
    private final FileChannel channel;
    private final long position;
    private final int size;

    public LogSlice(FileChannel channel, long position, int size) {
        this.channel = channel;
        this.position = position;
        this.size = size;
    }

    @Override
    public int sizeInBytes() {
        return size;
    }

    /** The first bytes only, which may end inside a batch, as Kafka's fetch responses may (KIP-74). */
    public LogSlice first(int bytes) {
        return bytes >= size ? this : new LogSlice(channel, position, bytes);
    }

    /**
     * Fills {@code target} from {@code offset} bytes into this slice.
     *
     * @throws IOException also when the file has become shorter than the slice: the log was truncated
     */
    public void read(int offset, ByteBuffer target) throws IOException {
        long at = position + offset;
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new IOException("log segment ends at " + at + " inside a slice that is being sent");
            }
            at += count;
        }
    }

    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        throw new UnsupportedOperationException("slices are sent by the network package's own encoder");
    }
}
