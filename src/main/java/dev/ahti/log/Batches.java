package dev.ahti.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Fields of a record batch of format 2, read from and written to its header in place: at {@code at} in {@code buffer}
 * (big endian). The checksum covers everything from the attributes on, so offset and leader epoch can be set without it.
 */
public final class Batches {
    public static final int HEADER_BYTES = 61;
    /** Offset and length: what stands before the bytes that the length counts. */
    public static final int LENGTH_OVERHEAD = 12;
    /** Position of the format's number, in every format. */
    public static final int MAGIC = 16;

    private static final int LENGTH = 8;
    private static final int LEADER_EPOCH = 12;
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int BASE_TIMESTAMP = 27;
    private static final int MAX_TIMESTAMP = 35;
    private static final int PRODUCER_ID = 43;
    private static final int PRODUCER_EPOCH = 51;
    private static final int BASE_SEQUENCE = 53;
    private static final int COUNT = 57;

    private static final int COMPRESSION_MASK = 0x07;
    private static final int LOG_APPEND_TIME = 0x08;
    private static final int TRANSACTIONAL = 0x10;
    private static final int CONTROL = 0x20;
    private static final int DELETE_HORIZON = 0x40;

    private Batches() {}

    static long baseOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at);
    }

    /** Of what follows it, which is all but {@link #LENGTH_OVERHEAD}. */
    public static int length(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LENGTH);
    }

    /** Of the whole batch. */
    static int sizeInBytes(ByteBuffer buffer, int at) {
        return LENGTH_OVERHEAD + length(buffer, at);
    }

    static int leaderEpoch(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LEADER_EPOCH);
    }

    public static byte magic(ByteBuffer buffer, int at) {
        return buffer.get(at + MAGIC);
    }

    static int lastOffsetDelta(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LAST_OFFSET_DELTA);
    }

    static long lastOffset(ByteBuffer buffer, int at) {
        return baseOffset(buffer, at) + lastOffsetDelta(buffer, at);
    }

    static long maxTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + MAX_TIMESTAMP);
    }

    public static long producerId(ByteBuffer buffer, int at) {
        return buffer.getLong(at + PRODUCER_ID);
    }

    public static short producerEpoch(ByteBuffer buffer, int at) {
        return buffer.getShort(at + PRODUCER_EPOCH);
    }

    public static int baseSequence(ByteBuffer buffer, int at) {
        return buffer.getInt(at + BASE_SEQUENCE);
    }

    static int count(ByteBuffer buffer, int at) {
        return buffer.getInt(at + COUNT);
    }

    public static int compressionId(ByteBuffer buffer, int at) {
        return buffer.getShort(at + ATTRIBUTES) & COMPRESSION_MASK;
    }

    public static boolean isTransactional(ByteBuffer buffer, int at) {
        return (buffer.getShort(at + ATTRIBUTES) & TRANSACTIONAL) != 0;
    }

    static boolean isControl(ByteBuffer buffer, int at) {
        return (buffer.getShort(at + ATTRIBUTES) & CONTROL) != 0;
    }

    static boolean hasDeleteHorizon(ByteBuffer buffer, int at) {
        return (buffer.getShort(at + ATTRIBUTES) & DELETE_HORIZON) != 0;
    }

    static boolean isLogAppendTime(ByteBuffer buffer, int at) {
        return (buffer.getShort(at + ATTRIBUTES) & LOG_APPEND_TIME) != 0;
    }

    static boolean hasProducerId(ByteBuffer buffer, int at) {
        return producerId(buffer, at) > RecordBatch.NO_PRODUCER_ID;
    }

    static void setBaseOffset(ByteBuffer buffer, int at, long offset) {
        buffer.putLong(at, offset);
    }

    static void setLeaderEpoch(ByteBuffer buffer, int at, int leaderEpoch) {
        buffer.putInt(at + LEADER_EPOCH, leaderEpoch);
    }

    /** Gives all records of the batch this time, and the checksum that follows from it. */
    static void setLogAppendTime(ByteBuffer buffer, int at, long timestampMs) {
        short attributes = buffer.getShort(at + ATTRIBUTES);
        buffer.putShort(at + ATTRIBUTES, (short) (attributes | LOG_APPEND_TIME));
        buffer.putLong(at + MAX_TIMESTAMP, timestampMs);
        buffer.putInt(at + CRC, checksum(buffer, at));
    }

    static boolean hasValidChecksum(ByteBuffer buffer, int at) {
        return buffer.getInt(at + CRC) == checksum(buffer, at);
    }

    private static int checksum(ByteBuffer buffer, int at) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().limit(at + sizeInBytes(buffer, at)).position(at + ATTRIBUTES));
        return (int) crc.getValue();
    }

    /** Time of the first record, from which the others count; -1 in an empty batch. */
    static long baseTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BASE_TIMESTAMP);
    }
}
