package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where in a segment file the batch with an offset is: some batches only, as pairs (last offset of the batch minus base
 * offset, position), 4 bytes each. Kafka's {@code .index}.
 */
final class OffsetIndex extends SparseIndex {

    OffsetIndex(Path file) {
        super(file, Integer.BYTES);
    }

    @Override
    boolean follows(long lastOffset, int lastPosition, long offset, int position) {
        return offset > lastOffset && position > lastPosition;
    }

    /** Position from which a scan finds the batch with this offset (relative to the segment's base). */
    int lookup(long relativeOffset) throws IOException {
        return floorValue(relativeOffset);
    }

    /** An offset that no batch before this position reaches, as near as the index tells. */
    long offsetBehind(int position, long otherwise) throws IOException {
        return keyFromValue(position, otherwise);
    }

    void append(int relativeOffset, int position) throws IOException {
        add(relativeOffset, position);
    }

    /** Drops entries of batches at or after this position. */
    void truncateTo(int position) throws IOException {
        dropFromValue(position);
    }
}
