package dev.ahti.metadata;

import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.MorePartitions;
import dev.ahti.metadata.MetadataClient.NewTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Requests with many parts, each of which stands for itself, cut so that they and their answers fit into cluster messages.
 * Weights are bytes, roughly, and rather too many.
 */
final class Slices {
    /** What one part may weigh at most: near what Artery takes. */
    static final int MAX_PART = 240 * 1024;
    /** What a slice of several parts may weigh. */
    static final int MAX_WEIGHT = 160 * 1024;
    /** How many parts a slice may have: an answer says up to some hundred bytes of each. */
    static final int MAX_COUNT = 500;

    private static final int FIELDS = 150;

    private Slices() {}

    static <T> List<List<T>> of(List<T> parts, ToIntFunction<T> weigher) {
        List<List<T>> slices = new ArrayList<>();
        int weight = 0;
        for (T part : parts) {
            int needed = weigher.applyAsInt(part);
            List<T> last = slices.isEmpty() ? null : slices.get(slices.size() - 1);
            if (last == null || last.size() == MAX_COUNT || weight + needed > MAX_WEIGHT) {
                last = new ArrayList<>();
                slices.add(last);
                weight = 0;
            }
            weight += needed;
            last.add(part);
        }
        return slices;
    }

    static int weight(NewTopic topic) {
        return FIELDS
                + topic.name().length()
                + weight(topic.configs())
                + topic.assignments().values().stream().mapToInt(Slices::weight).sum();
    }

    static int weight(MorePartitions more) {
        return FIELDS
                + more.topic().length()
                + more.assignments().stream().mapToInt(Slices::weight).sum();
    }

    static int weight(ConfigChange change) {
        return FIELDS
                + change.operations().stream()
                        .mapToInt(each -> 50 + each.name().length() + (each.value() == null ? 0 : utf8(each.value())))
                        .sum();
    }

    private static int weight(List<Integer> replicas) {
        return 9 + 4 * replicas.size();
    }

    private static int weight(Map<String, String> configs) {
        return configs.entrySet().stream()
                .mapToInt(each -> 10 + each.getKey().length() + (each.getValue() == null ? 0 : utf8(each.getValue())))
                .sum();
    }

    private static int utf8(String value) {
        return 3 * value.length();
    }
}
