package dev.ahti.replica;

import dev.ahti.replica.replication.FollowerStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The streams on which followers take from a partition: changed by their connections, read by the replica's actor. */
final class Followers {
    private static final FollowerStream[] NONE = {};

    private final AtomicReference<FollowerStream[]> streams = new AtomicReference<>(NONE);

    /** Instead of an earlier one of the same broker, whose connection may not have been seen to close yet. */
    void add(FollowerStream stream) {
        streams.updateAndGet(before -> Stream.concat(
                        Arrays.stream(before).filter(each -> each.broker() != stream.broker()), Stream.of(stream))
                .toArray(FollowerStream[]::new));
    }

    void remove(FollowerStream stream) {
        streams.updateAndGet(before ->
                Arrays.stream(before).filter(each -> !each.equals(stream)).toArray(FollowerStream[]::new));
    }

    boolean contains(FollowerStream stream) {
        return Arrays.asList(streams.get()).contains(stream);
    }

    /** The log start that this broker has reported in this epoch, or -1. */
    long logStartOf(int broker, int leaderEpoch) {
        for (FollowerStream stream : streams.get()) {
            if (stream.broker() == broker && stream.leaderEpoch() == leaderEpoch) {
                return stream.logStartOffset();
            }
        }
        return -1;
    }

    /** What each has reported in this epoch, by broker. */
    Map<Integer, Long> logEnds(int leaderEpoch) {
        return Arrays.stream(streams.get())
                .filter(each -> each.leaderEpoch() == leaderEpoch)
                .collect(Collectors.toMap(FollowerStream::broker, FollowerStream::logEndOffset));
    }

    /** There is more to take, or nothing any more. */
    void wake() {
        for (FollowerStream stream : streams.get()) {
            stream.wake();
        }
    }

    void highWatermarkRaised() {
        for (FollowerStream stream : streams.get()) {
            stream.highWatermarkRaised();
        }
    }
}
