package dev.ahti.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Brokers, metadata, strays and lag as JSON for people and {@code ahti status}; what is not known is null. */
final class ClusterJson {
    private ClusterJson() {}

    static ObjectNode brokers(ClusterImage image, List<ClusterNodes.Member> members, Reports reports) {
        ObjectNode shown = Json.object();
        shown.put("clusterId", image.clusterId());
        shown.put("singleton", reports.singleton().orElse(null));
        ArrayNode brokers = shown.putArray("brokers");
        image.brokers().values().stream()
                .sorted(Comparator.comparingInt(BrokerImage::id))
                .forEach(broker -> broker(broker, members, reports, brokers.addObject()));
        return shown;
    }

    private static void broker(
            BrokerImage broker, List<ClusterNodes.Member> members, Reports reports, ObjectNode shown) {
        NodeReport report = reports.of(broker.id()).orElse(null);
        shown.put("id", broker.id());
        shown.put("state", state(broker));
        shown.put("fenced", broker.fenced());
        shown.put("shuttingDown", broker.shuttingDown());
        shown.put("rack", broker.rack().orElse(null));
        ArrayNode endpoints = shown.putArray("endpoints");
        broker.endpoints().forEach(endpoint -> endpoints.add(endpoint.toString()));
        shown.put(
                "replication",
                broker.peerAddress()
                        .map(peer -> peer.host() + ":" + peer.port())
                        .orElse(null));
        // Of an earlier process there may be another that is still a member: the one that comes up counts.
        ClusterNodes.Member member = members.stream()
                .filter(each -> each.broker() == broker.id())
                .max(Comparator.comparing(each -> each.status().equals("Up")))
                .orElse(null);
        shown.put("member", member == null ? null : member.status());
        shown.put("memberAddress", member == null ? null : member.address());
        shown.put("reachable", member != null && member.reachable());
        shown.put("metadataVersion", broker.metadataVersion());
        shown.put("answers", report != null);
        shown.put("ready", report == null ? null : report.ready());
        shown.put("singleton", report == null ? null : report.singleton());
        shown.put("seesMajority", report == null ? null : report.seesMajority());
        vouchedBy(report, shown);
        shown.put("imageVersion", report == null ? null : report.imageVersion());
        shown.put("management", report == null ? null : report.management());
        shown.put("replicas", report == null ? null : report.replicas());
        shown.put("leaders", report == null ? null : report.leading());
        shown.put("logBytes", report == null ? null : report.logBytes());
        shown.put("freeBytes", report == null || report.freeBytes() < 0 ? null : report.freeBytes());
    }

    private static void vouchedBy(NodeReport report, ObjectNode shown) {
        if (report == null || report.vouchedBy() == null) {
            shown.putNull("vouchedBy");
        } else {
            report.vouchedBy().forEach(shown.putArray("vouchedBy")::add);
        }
    }

    private static String state(BrokerImage broker) {
        if (broker.fenced()) {
            return "fenced";
        }
        return broker.shuttingDown() ? "shutting down" : "live";
    }

    static ObjectNode metadata(ClusterImage image, Reports reports) {
        ObjectNode shown = Json.object();
        shown.put("clusterId", image.clusterId());
        shown.put("imageVersion", image.version());
        shown.put("epoch", image.metadataEpoch());
        shown.put("singleton", reports.singleton().orElse(null));
        ObjectNode features = shown.putObject("features");
        new TreeMap<>(image.features()).forEach(features::put);
        ArrayNode nodes = shown.putArray("brokers");
        image.brokers().values().stream()
                .sorted(Comparator.comparingInt(BrokerImage::id))
                .forEach(broker -> nodes.addObject()
                        .put("id", broker.id())
                        .put("metadataVersion", broker.metadataVersion())
                        .put(
                                "imageVersion",
                                reports.of(broker.id())
                                        .map(NodeReport::imageVersion)
                                        .orElse(null)));
        return shown;
    }

    static ObjectNode strays(Reports reports) {
        ObjectNode shown = Json.object();
        ArrayNode brokers = shown.putArray("brokers");
        reports.byBroker().forEach((id, report) -> {
            ObjectNode broker = brokers.addObject();
            broker.put("id", id);
            ArrayNode strays = broker.putArray("strays");
            report.strays().forEach(strays::add);
        });
        return shown;
    }

    /** Those furthest behind first. */
    static ObjectNode lag(Reports reports) {
        ObjectNode shown = Json.object();
        shown.put(
                "groupCount",
                reports.byBroker().values().stream()
                        .mapToInt(NodeReport::groupCount)
                        .sum());
        ArrayNode groups = shown.putArray("groups");
        record Coordinated(int broker, NodeReport.Group group) {}
        reports.byBroker().values().stream()
                .flatMap(report -> report.groups().stream().map(each -> new Coordinated(report.broker(), each)))
                .sorted(Comparator.comparingLong(
                                (Coordinated each) -> -each.group().lag())
                        .thenComparing(each -> each.group().name()))
                .limit(NodeReport.MAX_LISTED)
                .forEach(each -> groups.addObject()
                        .put("group", each.group().name())
                        .put("type", each.group().type())
                        .put("state", each.group().state())
                        .put("coordinator", each.broker())
                        .put("lag", each.group().lag())
                        .put(
                                "lagSeconds",
                                each.group().lagSeconds() < 0
                                        ? null
                                        : (Double) each.group().lagSeconds()));
        return shown;
    }
}
