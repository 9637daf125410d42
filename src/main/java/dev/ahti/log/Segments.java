package dev.ahti.log;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What readers see of a log at one moment: its segments in order, and where the last of them ends. Immutable; replaced
 * with each append.
 */
@SuppressWarnings("ArrayRecordComponent") // never leaves the package, and no list is as quick
record Segments(LogSegment[] all, long endOffset, int endPosition) {

    static Segments of(List<LogSegment> segments, long endOffset) {
        LogSegment[] all = segments.toArray(LogSegment[]::new);
        return new Segments(all, endOffset, all[all.length - 1].size());
    }

    LogSegment active() {
        return all[all.length - 1];
    }

    Segments withEnd(long newEndOffset) {
        return new Segments(all, newEndOffset, active().size());
    }

    Segments plus(LogSegment segment) {
        LogSegment[] more = Arrays.copyOf(all, all.length + 1);
        more[all.length] = segment;
        return new Segments(more, endOffset, segment.size());
    }

    /** Without the first ones. */
    Segments from(int index) {
        return new Segments(Arrays.copyOfRange(all, index, all.length), endOffset, endPosition);
    }

    /** Bytes of this segment that may be read. */
    int endPosition(int index) {
        return index == all.length - 1 ? endPosition : all[index].size();
    }

    /** First offset behind this segment. */
    long endOffset(int index) {
        return index == all.length - 1 ? endOffset : all[index + 1].baseOffset();
    }

    /** Index of the segment in which the offset would be; 0 for one before the first. */
    int indexOf(long offset) {
        int low = 0;
        int high = all.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (all[middle].baseOffset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    long sizeInBytes() {
        long size = endPosition;
        for (int i = 0; i < all.length - 1; i++) {
            size += all[i].size();
        }
        return size;
    }

    /** Forces what lies between the two offsets to the disk. */
    void flush(long from, long end) throws IOException {
        for (int i = indexOf(from); from < end && i < all.length && all[i].baseOffset() < end; i++) {
            all[i].flush();
        }
    }
}
