package dev.ahti.replica.replication;

import java.util.ArrayDeque;

/** What has been sent on one stream and not yet acknowledged: so many bytes, or one batch, however large. */
final class SendWindow {
    private final int limit;
    private final ArrayDeque<Chunk> inFlight = new ArrayDeque<>();
    private int bytes;

    SendWindow(int limit) {
        this.limit = limit;
    }

    /** How many bytes may be sent now; the last batch of them may reach beyond. */
    int room() {
        return Math.max(0, limit - bytes);
    }

    int bytesInFlight() {
        return bytes;
    }

    void sent(long endOffset, int count) {
        inFlight.add(new Chunk(endOffset, count));
        bytes += count;
    }

    /** @return how many bytes are in flight no more */
    int acknowledged(long endOffset) {
        int before = bytes;
        while (!inFlight.isEmpty() && inFlight.peek().endOffset() <= endOffset) {
            bytes -= inFlight.poll().bytes();
        }
        return before - bytes;
    }

    private record Chunk(long endOffset, int bytes) {}
}
