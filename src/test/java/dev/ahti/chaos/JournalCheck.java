package dev.ahti.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Looks whether each decision in the journal was allowed by the events before it: who may lead (rule 18), that epochs rise
 * (rule 8), that who is fenced is in no ISR (rules 5 and 9), and that each registration fences what was before (rule 2).
 * It shares no code with what decides.
 */
final class JournalCheck {
    private static final int NOBODY = -1;

    private final Verdict verdict;
    private final Map<Integer, Broker> brokers = new HashMap<>();
    private final Map<String, Partition> partitions = new HashMap<>();
    private final Set<Integer> leaving = new HashSet<>();
    private int epoch = -1;
    private long position;

    private record Broker(String incarnation, boolean live) {}

    private static final class Partition {
        private int leader = NOBODY;
        private int leaderEpoch = -1;
        private int lastKnown = NOBODY;
        private Map<Integer, String> isr = Map.of();
        private Set<Integer> elr = Set.of();
    }

    JournalCheck(Verdict verdict) {
        this.verdict = verdict;
    }

    /** One event. After the last one of a persist comes {@link #persisted}. */
    void apply(long sequenceNumber, String event, JsonNode fields) {
        position = sequenceNumber;
        switch (event) {
            case "StartEpoch" -> startEpoch(fields.get("epoch").asInt());
            case "RegisterBroker" ->
                register(broker(fields), fields.get("incarnation").asText());
            case "UnfenceBroker" ->
                brokers.put(broker(fields), new Broker(fields.get("incarnation").asText(), true));
            case "FenceBroker", "ShutDownBroker" -> leaves(broker(fields));
            case "UnregisterBroker" -> brokers.remove(broker(fields));
            case "AssignPartition" -> partitions.putIfAbsent(partition(fields), new Partition());
            case "DeleteTopic" ->
                partitions
                        .keySet()
                        .removeIf(each -> each.startsWith(fields.get("topicId").asText() + "-"));
            case "SetPartitionLeader" ->
                lead(
                        partition(fields),
                        fields.get("leader").asInt(),
                        fields.get("leaderEpoch").asInt());
            case "UpdateISR" -> updateIsr(partition(fields), fields);
            default -> {}
        }
    }

    private static int broker(JsonNode fields) {
        return fields.get("broker").asInt();
    }

    private static String partition(JsonNode fields) {
        return fields.get("partition").asText();
    }

    private void startEpoch(int newEpoch) {
        if (newEpoch <= epoch) {
            violation("metadata epoch does not rise", "from " + epoch + " to " + newEpoch);
        }
        epoch = newEpoch;
    }

    private void register(int id, String incarnation) {
        Broker before = brokers.put(id, new Broker(incarnation, false));
        partitions.forEach((name, partition) -> {
            if (partition.isr.containsKey(id) || partition.leader == id) {
                violation("registered without leaving (rule 2)", "broker " + id + ", " + name + ", before: " + before);
            }
        });
    }

    private void leaves(int id) {
        brokers.computeIfPresent(id, (key, broker) -> new Broker(broker.incarnation(), false));
        leaving.add(id);
    }

    /** What is atomic is over: a broker that was fenced leads nothing, and is in no ISR. */
    void persisted() {
        for (int id : leaving) {
            partitions.forEach((name, partition) -> {
                if (partition.leader == id) {
                    violation("fenced, and leads (rule 5)", "broker " + id + " leads " + name);
                }
                if (partition.isr.containsKey(id)) {
                    violation("fenced, and in the ISR (rule 5)", "broker " + id + " in " + name);
                }
            });
        }
        leaving.clear();
    }

    private void lead(String name, int leader, int leaderEpoch) {
        Partition partition = partitions.get(name);
        if (leaderEpoch <= partition.leaderEpoch) {
            violation(
                    "leader epoch does not rise (rule 8)",
                    name + " from " + partition.leaderEpoch + " to " + leaderEpoch);
        }
        if (leader != NOBODY) {
            mayLead(name, partition, leader);
        }
        partition.lastKnown = leader == NOBODY ? partition.leader : leader;
        partition.leader = leader;
        partition.leaderEpoch = leaderEpoch;
    }

    private void mayLead(String name, Partition partition, int leader) {
        if (!isLive(leader)) {
            violation("leader is not live (rule 18)", name + ": broker " + leader);
        }
        boolean isNew = partition.leaderEpoch == -1;
        boolean inSync = partition.isr.containsKey(leader);
        boolean eligible = partition.elr.contains(leader)
                && partition.isr.keySet().stream().noneMatch(this::isLive);
        boolean last = partition.isr.isEmpty() && partition.elr.isEmpty() && partition.lastKnown == leader;
        if (!isNew && !inSync && !eligible && !last) {
            violation(
                    "leader out of turn (rule 18)",
                    name + ": broker " + leader + " with ISR " + partition.isr.keySet() + ", ELR " + partition.elr
                            + ", last known leader " + partition.lastKnown);
        }
    }

    private boolean isLive(int id) {
        Broker broker = brokers.get(id);
        return broker != null && broker.live();
    }

    private void updateIsr(String name, JsonNode fields) {
        Map<Integer, String> isr = new HashMap<>();
        fields.get("isr")
                .forEach(member -> isr.put(
                        member.get("broker").asInt(), member.get("incarnation").asText()));
        Set<Integer> elr = new HashSet<>();
        fields.get("elr").forEach(member -> elr.add(member.asInt()));
        Partition partition = partitions.get(name);
        isr.forEach((id, incarnation) -> {
            Broker broker = brokers.get(id);
            boolean joins = !incarnation.equals(partition.isr.get(id));
            if (joins
                    && (broker == null
                            || !broker.live()
                            || !broker.incarnation().equals(incarnation))) {
                violation(
                        "joins the ISR and is not live (rule 9)",
                        name + ": " + id + " " + incarnation + " of " + broker);
            }
        });
        partition.isr = isr;
        partition.elr = elr;
    }

    private void violation(String kind, String what) {
        verdict.violation(kind, what + " (event " + position + ")");
    }
}
