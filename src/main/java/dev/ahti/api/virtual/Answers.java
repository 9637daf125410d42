package dev.ahti.api.virtual;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Answers by partition. One that was asked for twice has two, in order; where there are fewer than were asked for, the
 * last one counts.
 *
 * @param <A> the answer for one partition
 */
final class Answers<A> {
    private final Map<Key, ArrayDeque<A>> byPartition = new HashMap<>();

    /** @param topic its name or id */
    private record Key(Object topic, int partition) {}

    void add(Object topic, int partition, A answer) {
        byPartition
                .computeIfAbsent(new Key(topic, partition), key -> new ArrayDeque<>(1))
                .add(answer);
    }

    /** Null where the partition was not answered. */
    A next(Object topic, int partition) {
        ArrayDeque<A> answers = byPartition.get(new Key(topic, partition));
        return answers == null ? null : answers.size() > 1 ? answers.poll() : answers.peek();
    }
}
