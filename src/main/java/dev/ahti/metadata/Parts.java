package dev.ahti.metadata;

import dev.ahti.metadata.Publication.BatchPart;
import dev.ahti.metadata.Publication.Part;
import dev.ahti.metadata.Publication.WholePart;
import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.RegisterBroker;
import dev.ahti.metadata.event.SetConfig;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ImageSlices;
import dev.ahti.metadata.image.ImageSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Publications between nodes in parts: Artery drops a message beyond 256 KiB. They leave one after another on the one
 * connection that keeps their order, apart from the cluster's heartbeats, which have a connection of their own. Where one
 * gets lost the others are of no use; the next heartbeat brings all anew.
 *
 * <p>An object gathers the parts that one follower receives.
 */
final class Parts {
    /** Of a part, in bytes, roughly: far enough below what Artery takes. */
    static final int MAX_WEIGHT = 64 * 1024;

    private final List<Part> gathered = new ArrayList<>();

    /** The publication itself if it is small. */
    static List<Publication> cut(Publication publication) {
        if (publication instanceof Publication.Batch batch) {
            return cut(batch);
        } else if (publication instanceof Publication.Whole whole) {
            return cut(whole);
        }
        return List.of(publication);
    }

    private static List<Publication> cut(Publication.Batch batch) {
        List<List<MetadataEvent>> slices = new ArrayList<>();
        int weight = MAX_WEIGHT;
        for (MetadataEvent event : batch.events()) {
            int needed = weight(event);
            if (weight + needed > MAX_WEIGHT) {
                slices.add(new ArrayList<>());
                weight = 0;
            }
            weight += needed;
            slices.get(slices.size() - 1).add(event);
        }
        if (slices.size() <= 1) {
            return List.of(batch);
        }
        List<Publication> parts = new ArrayList<>();
        for (List<MetadataEvent> events : slices) {
            parts.add(new BatchPart(
                    batch.epoch(), batch.fromVersion(), batch.toVersion(), parts.size(), slices.size(), events));
        }
        return parts;
    }

    private static List<Publication> cut(Publication.Whole whole) {
        List<ImageSnapshot> slices = ImageSlices.cut(whole.snapshot(), MAX_WEIGHT);
        if (slices.size() == 1) {
            return List.of(whole);
        }
        List<Publication> parts = new ArrayList<>();
        for (ImageSnapshot slice : slices) {
            parts.add(new WholePart(whole.epoch(), parts.size(), slices.size(), slice));
        }
        return parts;
    }

    /** Bytes that it takes as a message, roughly, and rather too many. */
    private static int weight(MetadataEvent event) {
        int fields = 150;
        if (event instanceof AssignPartition assigned) {
            return fields + 5 * assigned.replicas().size();
        } else if (event instanceof UpdateISR update) {
            return fields + 60 * update.isr().size() + 5 * update.elr().size();
        } else if (event instanceof SetConfig config) {
            return fields + (config.value() == null ? 0 : 3 * config.value().length());
        } else if (event instanceof CreateTopic topic) {
            return fields + topic.name().length();
        } else if (event instanceof RegisterBroker broker) {
            return 3 * fields + 150 * broker.endpoints().size();
        }
        return fields;
    }

    /** The whole publication, if this was its last part and none was missing. */
    Optional<Publication> add(Part part) {
        boolean next = !gathered.isEmpty() && belongsTo(gathered.get(0), part) && part.index() == gathered.size();
        if (!next) {
            gathered.clear();
            if (part.index() != 0) {
                return Optional.empty();
            }
        }
        gathered.add(part);
        if (gathered.size() < part.count()) {
            return Optional.empty();
        }
        Publication whole = join();
        gathered.clear();
        return Optional.of(whole);
    }

    private static boolean belongsTo(Part first, Part other) {
        return first.getClass() == other.getClass()
                && first.epoch() == other.epoch()
                && first.fromVersion() == other.fromVersion()
                && first.toVersion() == other.toVersion()
                && first.count() == other.count();
    }

    private Publication join() {
        Part first = gathered.get(0);
        if (first instanceof BatchPart) {
            List<MetadataEvent> events = new ArrayList<>();
            gathered.forEach(each -> events.addAll(((BatchPart) each).events()));
            return new Publication.Batch(first.epoch(), first.fromVersion(), events);
        }
        return new Publication.Whole(
                first.epoch(),
                ImageSlices.join(gathered.stream()
                        .map(each -> ((WholePart) each).slice())
                        .toList()));
    }
}
