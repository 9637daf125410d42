package dev.ahti.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ahti.management.GroupLag.PartitionLag;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The lag of groups as JSON for people; what is not known is null. */
final class GroupLagJson {
    private GroupLagJson() {}

    static String of(int broker, List<GroupLag> lags) {
        ObjectNode shown = Json.object();
        shown.put("coordinator", broker);
        ArrayNode groups = shown.putArray("groups");
        lags.forEach(each -> describe(each, groups.addObject()));
        return Json.text(shown);
    }

    static String of(int broker, GroupLag lag) {
        ObjectNode shown = Json.object();
        shown.put("coordinator", broker);
        describe(lag, shown);
        ArrayNode partitions = shown.putArray("partitions");
        lag.partitions().forEach(each -> describe(each, partitions.addObject()));
        return Json.text(shown);
    }

    private static void describe(GroupLag lag, ObjectNode shown) {
        shown.put("group", lag.group());
        shown.put("type", lag.type());
        shown.put("protocolType", lag.protocolType());
        shown.put("state", lag.state());
        shown.put("lag", lag.records());
        seconds(lag.seconds(), shown);
    }

    private static void describe(PartitionLag lag, ObjectNode shown) {
        shown.put("topic", lag.partition().topic());
        shown.put("partition", lag.partition().partition());
        shown.put("committedOffset", lag.committedOffset());
        shown.put("logEndOffset", boxed(lag.logEndOffset()));
        shown.put("lag", boxed(lag.records()));
        seconds(lag.seconds(), shown);
    }

    private static void seconds(OptionalDouble seconds, ObjectNode shown) {
        shown.put("lagSeconds", seconds.isPresent() ? (Double) seconds.getAsDouble() : null);
    }

    private static Long boxed(OptionalLong number) {
        return number.isPresent() ? (Long) number.getAsLong() : null;
    }
}
