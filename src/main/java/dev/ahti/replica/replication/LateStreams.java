package dev.ahti.replica.replication;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Streams whose high watermark has risen since their last batch. Mostly it goes with the next one; where none follows the
 * follower is told of it alone (rule 14):
 *
 * <pre>
 *   late -- each {@link #LOOK_AFTER}: has a batch gone out meanwhile? -- no --> overdue
 *    ^                                                               '-- yes --> late
 * </pre>
 *
 * Under a steady load of single records those would be told every time what the next batch says anyway.
 */
final class LateStreams {
    static final Duration LOOK_AFTER = Duration.ofMillis(20);

    private final Later later;
    private final Runnable wake;
    private final ConcurrentLinkedQueue<FollowerStream> late = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<FollowerStream> overdue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean timer = new AtomicBoolean();

    /** @param wake called when there is one that is overdue, on any thread */
    LateStreams(Later later, Runnable wake) {
        this.later = later;
        this.wake = wake;
    }

    /** From any thread; again only after {@link #nextOverdue} has given it. */
    void add(FollowerStream stream) {
        late.add(stream);
        lookLater();
    }

    private void lookLater() {
        if (!timer.getAndSet(true)) {
            later.run(LOOK_AFTER, this::look);
        }
    }

    private void look() {
        timer.set(false);
        boolean busy = false;
        for (FollowerStream stream : late) {
            if (!stream.isQuiet()) {
                busy = true;
            } else if (late.remove(stream)) {
                overdue.add(stream);
            }
        }
        if (!overdue.isEmpty()) {
            wake.run();
        }
        if (busy) {
            lookLater();
        }
    }

    /** The next to be told; null where there is none. */
    FollowerStream nextOverdue() {
        return overdue.poll();
    }
}
