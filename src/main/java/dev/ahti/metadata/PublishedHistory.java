package dev.ahti.metadata;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.ImageSnapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The batches published lately, for followers that missed some. */
final class PublishedHistory {
    private final int maxEvents;
    private final Deque<Publication.Batch> batches = new ArrayDeque<>();
    private int events;

    PublishedHistory(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    void add(Publication.Batch batch) {
        batches.addLast(batch);
        events += batch.events().size();
        while (events > maxEvents && batches.size() > 1) {
            events -= batches.removeFirst().events().size();
        }
    }

    void clear() {
        batches.clear();
        events = 0;
    }

    /** What brings an image of this version to {@code image}: the batches after it, or all of it. */
    List<Publication> since(long version, ClusterImage image) {
        if (version == image.version()) {
            return List.of();
        }
        List<Publication> missing = batches.stream()
                .filter(batch -> batch.fromVersion() >= version)
                .map(Publication.class::cast)
                .toList();
        boolean complete = !missing.isEmpty() && ((Publication.Batch) missing.get(0)).fromVersion() == version;
        return complete ? missing : List.of(new Publication.Whole(image.metadataEpoch(), ImageSnapshot.of(image)));
    }
}
