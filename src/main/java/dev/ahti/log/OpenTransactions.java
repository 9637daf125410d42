package dev.ahti.log;

import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The transactions that hold back a partition's last stable offset: open ones, and ended ones whose marker is not below
 * the high watermark yet. Changed by the log's writer, asked by any thread.
 */
final class OpenTransactions {
    /** By first offset: the producer. */
    private final TreeMap<Long, Long> open = new TreeMap<>();
    /** By first offset: the offset of the marker. */
    private final TreeMap<Long, Long> unreplicated = new TreeMap<>();
    /** Most partitions never see a transaction: their readers need no lock. */
    private volatile boolean any;

    synchronized void start(long firstOffset, long producerId) {
        open.put(firstOffset, producerId);
        any = true;
    }

    /**
     * Ends a transaction.
     *
     * @return the last stable offset as far as transactions go, once its marker is replicated
     */
    synchronized long complete(CompletedTxn completed) {
        long stable = completed.lastOffset() + 1;
        for (Map.Entry<Long, Long> transaction : open.entrySet()) {
            if (transaction.getValue() != completed.producerId()) {
                stable = transaction.getKey();
                break;
            }
        }
        if (open.remove(completed.firstOffset()) == null) {
            throw new IllegalArgumentException("transaction was not started: " + completed);
        }
        unreplicated.put(completed.firstOffset(), completed.lastOffset());
        return stable;
    }

    /** Smallest offset that is undecided, or decided by a marker that may yet be lost; at most the high watermark. */
    long lastStableOffset(long highWatermark) {
        if (!any) {
            return highWatermark;
        }
        synchronized (this) {
            forgetReplicated(highWatermark);
            long first = Math.min(firstKey(open), firstKey(unreplicated));
            return Math.min(first, highWatermark);
        }
    }

    /** Forgets ended transactions whose marker is below the offset. */
    synchronized void forgetReplicated(long offset) {
        unreplicated.values().removeIf(marker -> marker < offset);
        any = !open.isEmpty() || !unreplicated.isEmpty();
    }

    private static long firstKey(NavigableMap<Long, Long> transactions) {
        return transactions.isEmpty() ? Long.MAX_VALUE : transactions.firstKey();
    }

    synchronized OptionalLong firstOpen() {
        return open.isEmpty() ? OptionalLong.empty() : OptionalLong.of(open.firstKey());
    }

    synchronized void clear() {
        open.clear();
        unreplicated.clear();
        any = false;
    }
}
