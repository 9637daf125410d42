package dev.ahti.management;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Some partitions, by topic and number.
 *
 * @param next what to ask for the next page with; empty where this is the last
 * @param all how many there are on all pages
 */
record PartitionPage(List<PartitionImage> partitions, Optional<String> next, int all) {

    /** @param after {@code topic:partition}, or "" for the first page */
    static PartitionPage of(
            ClusterImage image, Optional<String> topic, boolean onlyOutOfSync, String after, int limit) {
        int colon = after.lastIndexOf(':');
        String afterTopic = colon < 0 ? after : after.substring(0, colon);
        int afterNumber = number(colon < 0 ? "" : after.substring(colon + 1));
        List<PartitionImage> page = new ArrayList<>();
        String last = null;
        boolean more = false;
        int all = 0;
        for (String name : new TreeSet<>(image.topicIds().keySet())) {
            if (topic.isPresent() && !topic.get().equals(name)) {
                continue;
            }
            TopicImage each = image.topic(name);
            for (PartitionImage partition : each.partitions()) {
                if (onlyOutOfSync && !isOutOfSync(partition)) {
                    continue;
                }
                all++;
                int order = name.compareTo(afterTopic);
                if (order < 0 || (order == 0 && partition.id().partition() <= afterNumber)) {
                    continue;
                }
                if (page.size() < limit) {
                    page.add(partition);
                    last = name + ":" + partition.id().partition();
                } else {
                    more = true;
                }
            }
        }
        return new PartitionPage(page, more ? Optional.ofNullable(last) : Optional.empty(), all);
    }

    static boolean isOutOfSync(PartitionImage partition) {
        return partition.leader() == PartitionImage.NO_LEADER
                || partition.isr().size() < partition.replicas().size();
    }

    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }
}
