package dev.ahti.log;

import java.io.IOException;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Which segments {@code retention.ms} and {@code retention.bytes} let go, counted from the oldest. */
final class Retention {
    private Retention() {}

    static int expired(Segments segments, LogConfig config, long highWatermark, long nowMs) throws IOException {
        long excess = config.retentionSize < 0 ? 0 : segments.sizeInBytes() - config.retentionSize;
        int count = 0;
        while (count < segments.all().length && segments.endOffset(count) <= highWatermark) {
            LogSegment segment = segments.all()[count];
            int size = segments.endPosition(count);
            boolean tooMuch = excess - size >= 0 && config.retentionSize >= 0;
            if (size == 0 || !(tooMuch || isTooOld(segment, config, nowMs))) {
                break;
            }
            excess -= size;
            count++;
        }
        return count;
    }

    private static boolean isTooOld(LogSegment segment, LogConfig config, long nowMs) throws IOException {
        long newest = segment.timestamps().max();
        return config.retentionMs >= 0
                && nowMs - (newest >= 0 ? newest : segment.lastModifiedMs()) > config.retentionMs;
    }
}
