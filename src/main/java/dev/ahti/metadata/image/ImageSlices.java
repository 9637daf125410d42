package dev.ahti.metadata.image;

import dev.ahti.metadata.image.ImageSnapshot.Configs;
import dev.ahti.metadata.image.ImageSnapshot.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An {@link ImageSnapshot} cut into snapshots that are small enough for one cluster message each, and put together again.
 * The first has the brokers; a topic with many partitions goes on in the next slice.
 */
public final class ImageSlices {
    /** What the names of fields take, roughly: all weights are bytes on the generous side. */
    private static final int NAMES = 150;

    private static final int ISR_MEMBER = 60;
    private static final int NUMBER = 5;

    private final ImageSnapshot whole;
    private final int maxWeight;
    private final List<ImageSnapshot> slices = new ArrayList<>();
    private List<Topic> topics = new ArrayList<>();
    private List<Configs> configs = new ArrayList<>();
    private int weight;

    private ImageSlices(ImageSnapshot whole, int maxWeight) {
        this.whole = whole;
        this.maxWeight = maxWeight;
    }

    /** @param maxWeight of a slice, in bytes, roughly */
    public static List<ImageSnapshot> cut(ImageSnapshot whole, int maxWeight) {
        return new ImageSlices(whole, maxWeight).cut();
    }

    private List<ImageSnapshot> cut() {
        weight = whole.brokers().size() * 500;
        whole.topics().forEach(this::addTopic);
        for (Configs each : whole.configs()) {
            makeRoomFor(weight(each.values()));
            configs.add(each);
        }
        endSlice();
        return slices;
    }

    private void addTopic(Topic topic) {
        makeRoomFor(NAMES + topic.name().length());
        List<PartitionImage> partitions = new ArrayList<>();
        for (PartitionImage partition : topic.partitions()) {
            int needed = weight(partition);
            if (weight + needed > maxWeight && !partitions.isEmpty()) {
                topics.add(new Topic(topic.id(), topic.name(), partitions));
                partitions = new ArrayList<>();
                endSlice();
            }
            weight += needed;
            partitions.add(partition);
        }
        topics.add(new Topic(topic.id(), topic.name(), partitions));
    }

    private void makeRoomFor(int needed) {
        if (weight + needed > maxWeight && !(topics.isEmpty() && configs.isEmpty())) {
            endSlice();
        }
        weight += needed;
    }

    private void endSlice() {
        slices.add(new ImageSnapshot(
                whole.format(),
                whole.version(),
                whole.clusterId(),
                whole.metadataEpoch(),
                whole.epochId(),
                slices.isEmpty() ? whole.brokers() : List.of(),
                topics,
                configs,
                whole.nextProducerId(),
                whole.features()));
        topics = new ArrayList<>();
        configs = new ArrayList<>();
        weight = 0;
    }

    /** The whole again, of all its slices in order. */
    public static ImageSnapshot join(List<ImageSnapshot> slices) {
        ImageSnapshot first = slices.get(0);
        List<Topic> topics = new ArrayList<>();
        List<Configs> configs = new ArrayList<>();
        for (ImageSnapshot slice : slices) {
            configs.addAll(slice.configs());
            for (Topic topic : slice.topics()) {
                int last = topics.size() - 1;
                if (last >= 0 && topics.get(last).id().equals(topic.id())) {
                    List<PartitionImage> partitions =
                            new ArrayList<>(topics.get(last).partitions());
                    partitions.addAll(topic.partitions());
                    topics.set(last, new Topic(topic.id(), topic.name(), partitions));
                } else {
                    topics.add(topic);
                }
            }
        }
        return new ImageSnapshot(
                first.format(),
                first.version(),
                first.clusterId(),
                first.metadataEpoch(),
                first.epochId(),
                first.brokers(),
                topics,
                configs,
                first.nextProducerId(),
                first.features());
    }

    private static int weight(PartitionImage partition) {
        return NAMES
                + NUMBER * (partition.replicas().size() + partition.elr().size())
                + ISR_MEMBER * partition.isr().size();
    }

    private static int weight(Map<String, String> values) {
        return NAMES
                + values.entrySet().stream()
                        .mapToInt(each ->
                                each.getKey().length() + 3 * each.getValue().length())
                        .sum();
    }
}
