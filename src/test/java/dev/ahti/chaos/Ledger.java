package dev.ahti.chaos;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** What was acknowledged to producers with acks=all: for each partition the value at each offset. */
final class Ledger {
    private final Verdict verdict;
    private final Map<TopicPartition, TreeMap<Long, String>> acknowledged = new HashMap<>();
    private final Map<TopicPartition, TreeMap<Long, String>> acknowledgedByOne = new HashMap<>();
    private long count;

    Ledger(Verdict verdict) {
        this.verdict = verdict;
    }

    /** An offset that is acknowledged with two values was given by two leaders. */
    synchronized void acknowledged(TopicPartition partition, long offset, String value) {
        count++;
        String before =
                acknowledged.computeIfAbsent(partition, key -> new TreeMap<>()).putIfAbsent(offset, value);
        if (before != null && !before.equals(value)) {
            verdict.violation(
                    "offset acknowledged twice", partition + "@" + offset + ": for " + before + " and for " + value);
        }
    }

    /** With acks=1, which promises nothing when a leader dies. */
    synchronized void acknowledgedByLeader(TopicPartition partition, long offset, String value) {
        acknowledgedByOne.computeIfAbsent(partition, key -> new TreeMap<>()).put(offset, value);
    }

    /** The topic is deleted. */
    synchronized void forget(TopicPartition partition) {
        acknowledged.remove(partition);
    }

    synchronized long count() {
        return count;
    }

    synchronized Map<Long, String> of(TopicPartition partition) {
        return new TreeMap<>(acknowledged.getOrDefault(partition, new TreeMap<>()));
    }

    synchronized Map<Long, String> ofLeader(TopicPartition partition) {
        return new TreeMap<>(acknowledgedByOne.getOrDefault(partition, new TreeMap<>()));
    }
}
