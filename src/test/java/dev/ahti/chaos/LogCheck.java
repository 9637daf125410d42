package dev.ahti.chaos;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What one partition's replicas hold in the end, against what producers and consumers were told. Values are
 * {@code producer/number}, numbered from 0 for each producer and partition.
 */
final class LogCheck {
    private final Verdict verdict;
    private final TopicPartition partition;

    LogCheck(Verdict verdict, TopicPartition partition) {
        this.verdict = verdict;
        this.partition = partition;
    }

    /** One value and one leader epoch for each offset on all replicas. */
    void replicasAgree(Map<Integer, List<StoredRecord>> replicas) {
        int first = replicas.keySet().iterator().next();
        List<StoredRecord> expected = replicas.get(first);
        replicas.forEach((broker, records) -> {
            int common = Math.min(expected.size(), records.size());
            for (int i = 0; i < common; i++) {
                if (!expected.get(i).equals(records.get(i))) {
                    verdict.violation(
                            "replicas differ",
                            partition + ": broker " + first + " has " + expected.get(i) + ", broker " + broker + " "
                                    + records.get(i));
                    return;
                }
            }
            if (expected.size() != records.size()) {
                verdict.violation(
                        "replicas differ in length",
                        partition + ": broker " + first + " has " + expected.size() + " records, broker " + broker + " "
                                + records.size());
            }
        });
    }

    void isInOrder(List<StoredRecord> log) {
        Map<String, Integer> last = new HashMap<>();
        Set<String> seen = new HashSet<>();
        StoredRecord before = null;
        for (StoredRecord each : log) {
            if (each.offset() != (before == null ? 0 : before.offset() + 1)) {
                verdict.violation("gap in the offsets", partition + ": " + before + ", then " + each);
            }
            if (before != null && each.leaderEpoch() < before.leaderEpoch()) {
                verdict.violation("leader epoch goes back", partition + ": " + before + ", then " + each);
            }
            before = each;
            int slash = each.value().indexOf('/');
            String producer = each.value().substring(0, slash);
            int number = Integer.parseInt(each.value().substring(slash + 1));
            boolean isNew = seen.add(each.value());
            Integer previous = last.put(producer, number);
            if (producer.startsWith(ProducerLoad.ACKS_ONE)) {
                continue; // Without idempotence retries may repeat and reorder.
            }
            if (!isNew) {
                verdict.violation("duplicate", partition + ": " + each + " is there twice");
            } else if (previous != null && previous >= number) {
                verdict.violation("reordered", partition + ": " + each + " comes after number " + previous);
            }
        }
    }

    void holdsAll(List<StoredRecord> log, Map<Long, String> acknowledged) {
        Map<String, Long> places = new HashMap<>();
        log.forEach(each -> places.put(each.value(), each.offset()));
        acknowledged.forEach((offset, value) -> {
            Long place = places.get(value);
            if (place == null) {
                verdict.violation("acknowledged record lost", partition + "@" + offset + ": " + value);
            } else if (!place.equals(offset)) {
                verdict.violation(
                        "acknowledged at another offset", partition + "@" + offset + ": " + value + " is at " + place);
            }
        });
    }

    /** What a consumer has read, from offset 0 on. */
    void agreesWith(List<StoredRecord> log, String consumer, List<StoredRecord> consumed) {
        for (int i = 0; i < consumed.size(); i++) {
            if (i >= log.size() || !log.get(i).equals(consumed.get(i))) {
                verdict.violation(
                        "consumed record is not in the log",
                        partition + ": " + consumer + " read " + consumed.get(i) + ", the log has "
                                + (i < log.size() ? log.get(i) : "nothing there"));
                return;
            }
        }
        if (consumed.size() < log.size()) {
            verdict.violation(
                    "consumer lacks records",
                    partition + ": " + consumer + " read " + consumed.size() + " of " + log.size());
        }
    }
}
