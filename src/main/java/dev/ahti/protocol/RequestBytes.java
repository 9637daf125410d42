package dev.ahti.protocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * A frame as the generated readers see it. They bound an array's length by the bytes that remain; but an element can be
 * one byte on the wire and forty on the heap, so a frame of 100 MB could ask for 4 GB. Every object costs at least one
 * read here: reads are counted, and more than any real request needs are refused.
 */
final class RequestBytes extends ByteBufferAccessor {
    /** A request that creates 10,000 topics with assigned replicas and configs takes a fifth of this. */
    static final int MAX_READS = 1_000_000;
    /** About the largest size of an object that one read makes, with its place in a list. */
    private static final int BYTES_PER_READ = 40;

    private static final int NOT_WORTH_COUNTING = 1_000;

    private int reads;

    RequestBytes(ByteBuffer frame) {
        super(frame);
    }

    int decodedBytes() {
        return reads <= NOT_WORTH_COUNTING ? 0 : reads * BYTES_PER_READ;
    }

    private void count() {
        if (++reads > MAX_READS) {
            throw new InvalidRequest("a request with more than " + MAX_READS + " values");
        }
    }

    /** Also what bounds the room that is set aside for an array before its first element is read. */
    @Override
    public int remaining() {
        return Math.min(super.remaining(), MAX_READS);
    }

    @Override
    public byte readByte() {
        count();
        return super.readByte();
    }

    @Override
    public short readShort() {
        count();
        return super.readShort();
    }

    @Override
    public int readInt() {
        count();
        return super.readInt();
    }

    @Override
    public long readLong() {
        count();
        return super.readLong();
    }

    @Override
    public int readUnsignedVarint() {
        count();
        return super.readUnsignedVarint();
    }
}
