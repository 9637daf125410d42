package dev.ahti.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What one broker tells of the cluster, as text, and what is wrong with it. */
final class ClusterStatus {
    private static final int PARTITIONS_SHOWN = 20;
    private static final int GROUPS_SHOWN = 20;

    private final JsonNode brokers;
    private final JsonNode outOfSync;
    private final JsonNode lag;
    private final JsonNode strays;

    ClusterStatus(JsonNode brokers, JsonNode outOfSync, JsonNode lag, JsonNode strays) {
        this.brokers = brokers;
        this.outOfSync = outOfSync;
        this.lag = lag;
        this.strays = strays;
    }

    static ClusterStatus ask(ManagementClient broker) throws IOException {
        return new ClusterStatus(
                broker.get("/ahti/brokers"),
                broker.get("/ahti/partitions?outOfSync=true&limit=" + PARTITIONS_SHOWN),
                broker.get("/ahti/lag"),
                broker.get("/ahti/strays"));
    }

    /** In a few words each; none where the cluster is well. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (JsonNode broker : brokers.get("brokers")) {
            String name = "broker " + broker.get("id").asInt();
            if (!broker.get("state").asText().equals("live")) {
                problems.add(name + " is " + broker.get("state").asText());
            } else if (!broker.get("answers").asBoolean()) {
                problems.add(name + " does not answer the others");
            } else if (broker.path("seesMajority").isBoolean()
                    && !broker.get("seesMajority").asBoolean()) {
                problems.add(name
                        + " sees no majority of the cluster, so it takes and gives no records (these vouch for it: "
                        + elements(broker.get("vouchedBy")) + ")");
            } else if (!broker.get("ready").asBoolean()) {
                problems.add(name + " is not ready");
            }
        }
        if (brokers.get("brokers").isEmpty()) {
            problems.add("no broker is registered");
        }
        if (brokers.get("singleton").isNull()) {
            problems.add("no broker holds the metadata's singleton");
        }
        int count = outOfSync.get("count").asInt();
        if (count > 0) {
            problems.add(count + (count == 1 ? " partition is" : " partitions are") + " out of sync");
        }
        return problems;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        JsonNode singleton = brokers.get("singleton");
        text.append("Cluster ")
                .append(brokers.get("clusterId").asText())
                .append(", metadata at ")
                .append(singleton.isNull() ? "no broker" : "broker " + singleton.asText())
                .append("\n\n")
                .append(brokerTable())
                .append('\n')
                .append(partitionTable())
                .append(groupTable())
                .append(strayLines());
        List<String> problems = problems();
        return text.append(problems.isEmpty() ? "All is well.\n" : "Not well: " + String.join("; ", problems) + ".\n")
                .toString();
    }

    private String brokerTable() {
        Table table = new Table(
                "BROKER", "STATE", "READY", "ADDRESS", "RACK", "METADATA", "LEADERS", "REPLICAS", "LOGS", "FREE");
        for (JsonNode broker : brokers.get("brokers")) {
            table.row(
                    broker.get("id").asText(),
                    broker.get("state").asText(),
                    broker.get("answers").asBoolean() ? yesOrNo(broker.get("ready")) : "no answer",
                    elements(broker.get("endpoints")),
                    orDash(broker.get("rack")),
                    orDash(broker.get("imageVersion")),
                    orDash(broker.get("leaders")),
                    orDash(broker.get("replicas")),
                    bytes(broker.get("logBytes")),
                    bytes(broker.get("freeBytes")));
        }
        return table.text();
    }

    private String partitionTable() {
        int count = outOfSync.get("count").asInt();
        if (count == 0) {
            return "Partitions out of sync: none\n";
        }
        Table table = new Table("TOPIC", "PARTITION", "LEADER", "REPLICAS", "IN SYNC", "ELIGIBLE");
        for (JsonNode partition : outOfSync.get("partitions")) {
            int leader = partition.get("leader").asInt();
            table.row(
                    partition.get("topic").asText(),
                    partition.get("partition").asText(),
                    leader < 0 ? "none" : leader,
                    elements(partition.get("replicas")),
                    elements(partition.get("isr")),
                    elements(partition.get("elr")));
        }
        return "Partitions out of sync: " + count + first(count, outOfSync.get("partitions")) + "\n" + table.text()
                + "\n";
    }

    private String groupTable() {
        int count = lag.get("groupCount").asInt();
        if (count == 0) {
            return "Groups: none\n";
        }
        Table table = new Table("GROUP", "STATE", "COORDINATOR", "LAG", "SECONDS");
        int shown = 0;
        for (JsonNode group : lag.get("groups")) {
            if (shown++ == GROUPS_SHOWN) {
                break;
            }
            table.row(
                    group.get("group").asText(),
                    group.get("state").asText(),
                    group.get("coordinator").asText(),
                    group.get("lag").asText(),
                    orDash(group.get("lagSeconds")));
        }
        return "Groups: " + count + (count > GROUPS_SHOWN ? ", the " + GROUPS_SHOWN + " furthest behind" : "") + "\n"
                + table.text() + "\n";
    }

    private String strayLines() {
        StringBuilder lines = new StringBuilder();
        for (JsonNode broker : strays.get("brokers")) {
            if (!broker.get("strays").isEmpty()) {
                lines.append("No topic claims, at broker ")
                        .append(broker.get("id").asText())
                        .append(": ")
                        .append(elements(broker.get("strays")))
                        .append('\n');
            }
        }
        return lines.toString();
    }

    private static String first(int count, JsonNode shown) {
        return count > shown.size() ? ", the first " + shown.size() : "";
    }

    private static String elements(JsonNode array) {
        return array.isEmpty()
                ? "-"
                : StreamSupport.stream(array.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(","));
    }

    private static String yesOrNo(JsonNode value) {
        return value.asBoolean() ? "yes" : "no";
    }

    private static String orDash(JsonNode value) {
        return value.isNull() ? "-" : value.asText();
    }

    private static String bytes(JsonNode value) {
        return value.isNull() ? "-" : Amount.bytes(value.asLong());
    }
}
