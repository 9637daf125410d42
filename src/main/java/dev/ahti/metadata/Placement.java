package dev.ahti.metadata;

import dev.ahti.metadata.image.BrokerImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which brokers get the replicas of new partitions: round-robin over the registered ones from a rotating start, live ones
 * first, on as many racks as there are. The first replica is always a live broker: it will lead.
 */
final class Placement {
    private final List<BrokerImage> live;
    private final List<BrokerImage> fenced;
    private int next;

    /** @param start number of partitions placed before, so that small topics do not all begin at the same broker */
    Placement(Collection<BrokerImage> brokers, int start) {
        List<BrokerImage> sorted = brokers.stream()
                .sorted(Comparator.comparingInt(BrokerImage::id))
                .toList();
        live = alternateRacks(sorted.stream().filter(BrokerImage::isLive).toList());
        fenced = alternateRacks(sorted.stream().filter(each -> !each.isLive()).toList());
        next = start;
    }

    /** Replicas of the next partition. The caller has checked that there is a live broker and enough of them in all. */
    List<Integer> place(int replicationFactor) {
        List<BrokerImage> candidates = new ArrayList<>(rotated(live, next));
        candidates.addAll(rotated(fenced, next));
        next++;
        List<BrokerImage> chosen = new ArrayList<>();
        chosen.add(candidates.remove(0));
        while (chosen.size() < replicationFactor) {
            BrokerImage best = candidates.stream()
                    .min(Comparator.comparing(each -> rackUses(chosen, each)))
                    .orElseThrow();
            candidates.remove(best);
            chosen.add(best);
        }
        return chosen.stream().map(BrokerImage::id).toList();
    }

    private static long rackUses(List<BrokerImage> chosen, BrokerImage candidate) {
        return candidate.rack().isEmpty()
                ? 0
                : chosen.stream()
                        .filter(each -> each.rack().equals(candidate.rack()))
                        .count();
    }

    /** a1 b1 c1 a2 b2 ...: neighbours in the round are on different racks. */
    private static List<BrokerImage> alternateRacks(List<BrokerImage> brokers) {
        Map<String, List<BrokerImage>> racks = new TreeMap<>();
        brokers.forEach(each -> racks.computeIfAbsent(each.rack().orElse(""), rack -> new ArrayList<>())
                .add(each));
        List<BrokerImage> result = new ArrayList<>();
        for (int round = 0; result.size() < brokers.size(); round++) {
            for (List<BrokerImage> rack : racks.values()) {
                if (round < rack.size()) {
                    result.add(rack.get(round));
                }
            }
        }
        return result;
    }

    private static List<BrokerImage> rotated(List<BrokerImage> brokers, int by) {
        if (brokers.isEmpty()) {
            return brokers;
        }
        int start = Math.floorMod(by, brokers.size());
        List<BrokerImage> result = new ArrayList<>(brokers.subList(start, brokers.size()));
        result.addAll(brokers.subList(0, start));
        return result;
    }
}
