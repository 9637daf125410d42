package dev.ahti.chaos;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * What one group has consumed, and what it was told of its commits: an offset whose commit was answered, or that was once
 * shown as committed, is a floor below which nobody is ever shown less.
 */
final class GroupCommits {
    private static final long UNDER_WAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Awaited(String what, int msLimit, long fromNanos, boolean disturbed) {}

    private final String group;
    private final Verdict verdict;
    private final Map<TopicPartition, Long> answered = new HashMap<>();
    private final Map<TopicPartition, Long> shown = new HashMap<>();
    private final Map<TopicPartition, BitSet> consumed = new HashMap<>();
    private final List<Awaited> awaited = new ArrayList<>();
    private long count;
    private long lastNanos;

    GroupCommits(String group, Verdict verdict) {
        this.group = group;
        this.verdict = verdict;
    }

    /** A commit that was sent after {@code sentNanos}. What members tell of may come late and out of order. */
    synchronized void answered(Map<TopicPartition, Long> offsets, long sentNanos) {
        count++;
        offsets.forEach((partition, offset) -> answered.merge(partition, offset, Math::max));
        long now = System.nanoTime();
        lastNanos = now;
        awaited.removeIf(each -> {
            boolean over = sentNanos - each.fromNanos() > 0;
            if (over) {
                goesOn(each, TimeUnit.NANOSECONDS.toMillis(now - each.fromNanos()));
            }
            return over;
        });
    }

    private void goesOn(Awaited fault, long ms) {
        verdict.say("  " + group + " commits again after " + ms + " ms");
        verdict.measured(
                "until a group commits again, " + fault.what() + (fault.disturbed() ? ", with other faults" : ""), ms);
        if (!fault.disturbed() && ms > fault.msLimit()) {
            verdict.say("  LATE: that is to take no more than " + fault.msLimit() + " ms");
            verdict.count("LATE: group commits again more than " + fault.msLimit() + " ms after " + fault.what());
        }
    }

    /** Measures from now on, when the fault has just come, until a commit is sent and answered. */
    synchronized void awaitNext(String fault, int msLimit, boolean disturbed) {
        awaited.add(new Awaited(fault, msLimit, System.nanoTime(), disturbed || !isUnderWay()));
    }

    /** Another fault has come before the group has got over the last. */
    synchronized void disturb() {
        awaited.replaceAll(each -> new Awaited(each.what(), each.msLimit(), each.fromNanos(), true));
    }

    synchronized long count() {
        return count;
    }

    /** Whether the group commits at all: while it is rebalanced it may not. */
    synchronized boolean isUnderWay() {
        return count > 0 && System.nanoTime() - lastNanos < UNDER_WAY_NANOS;
    }

    /** Of the moment before somebody asks what is committed. */
    record Floors(Map<TopicPartition, Long> answered, Map<TopicPartition, Long> shown) {}

    synchronized Floors floors() {
        return new Floors(Map.copyOf(answered), Map.copyOf(shown));
    }

    /** @param offsets as committed; what is missing is not committed */
    synchronized void shown(String who, Map<TopicPartition, Long> offsets, Set<TopicPartition> asked, Floors before) {
        for (TopicPartition each : asked) {
            long offset = offsets.getOrDefault(each, -1L);
            if (offset < before.answered().getOrDefault(each, -1L)) {
                verdict.violation(
                        "answered commit lost",
                        where(each) + before.answered().get(each) + " was answered, " + who + " is shown " + offset);
            } else if (offset < before.shown().getOrDefault(each, -1L)) {
                verdict.violation(
                        "committed offset goes back",
                        where(each) + before.shown().get(each) + " was shown, then " + who + " is shown " + offset);
            }
            shown.merge(each, offset, Math::max);
        }
    }

    private String where(TopicPartition partition) {
        return group + ", " + partition + ": ";
    }

    synchronized void consumed(TopicPartition partition, long offset) {
        consumed.computeIfAbsent(partition, key -> new BitSet()).set(Math.toIntExact(offset));
    }

    /** The first of these that no member has read; -1 if there is none. */
    synchronized long firstNotConsumed(TopicPartition partition, Set<Long> acknowledged) {
        BitSet read = consumed.getOrDefault(partition, new BitSet());
        return acknowledged.stream()
                .filter(offset -> !read.get(Math.toIntExact(offset)))
                .findFirst()
                .orElse(-1L);
    }

    /** When the group has had its time. */
    void hasConsumed(TopicPartition partition, Set<Long> acknowledged) {
        long missing = firstNotConsumed(partition, acknowledged);
        if (missing >= 0) {
            verdict.violation("acknowledged record not consumed", where(partition) + "no member has read " + missing);
        }
    }
}
