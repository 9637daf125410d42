package dev.ahti.group;

import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.image.ClusterImage;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the group coordinator what changes in this node's image: topics, and the configs of groups. On a thread that may
 * block, since the coordinator waits there until the offsets of a deleted topic are gone; what is shown meanwhile is then told
 * as one change.
 */
final class GroupMetadata {
    private static final Logger LOG = LoggerFactory.getLogger(GroupMetadata.class);

    private final CurrentImage image;
    private final GroupCoordinator coordinator;
    private final Executor mayBlock;
    private final KafkaImage kafkas = new KafkaImage();
    private final AtomicBoolean announced = new AtomicBoolean();
    private volatile ClusterImage told = ClusterImage.empty();
    private volatile boolean stopped;

    GroupMetadata(CurrentImage image, GroupCoordinator coordinator, Executor mayBlock) {
        this.image = image;
        this.coordinator = coordinator;
        this.mayBlock = mayBlock;
    }

    /** Tells of the image as it is at once: no coordinator may load and believe that there are no topics. */
    void start() {
        tell();
        image.onChange((before, after) -> announce());
        announce();
    }

    void stop() {
        stopped = true;
    }

    private void announce() {
        if (!stopped && !announced.getAndSet(true)) {
            mayBlock.execute(this::tellAll);
        }
    }

    /** On one thread at a time: whoever waits here for another would keep replicas' work on the disk from it. */
    private void tellAll() {
        try {
            tell();
        } finally {
            announced.set(false);
        }
        if (image.get().version() != told.version()) {
            announce();
        }
    }

    private synchronized void tell() {
        ClusterImage next = image.get();
        if (stopped || next.version() == told.version()) {
            return;
        }
        try {
            configs(told, next);
            kafkas.show(next).ifPresent(change -> coordinator.onMetadataUpdate(change.delta(), change.image()));
        } catch (RuntimeException e) {
            if (!stopped) {
                LOG.error("The group coordinator could not take the metadata at version {}", next.version(), e);
            }
        }
        told = next;
    }

    @SuppressWarnings("ReferenceEquality") // The same object where nothing has changed.
    private void configs(ClusterImage before, ClusterImage next) {
        if (before.configs() == next.configs()) {
            return;
        }
        Set<ConfigResource> all = new HashSet<>(before.configs().keySet());
        all.addAll(next.configs().keySet());
        for (ConfigResource resource : all) {
            if (resource.type() == ConfigResource.Type.GROUP) {
                Map<String, String> values = next.configs(resource);
                if (!values.equals(before.configs(resource))) {
                    update(resource.name(), values);
                }
            }
        }
    }

    private void update(String group, Map<String, String> values) {
        Properties properties = new Properties();
        properties.putAll(values);
        try {
            coordinator.updateGroupConfig(group, properties);
        } catch (ApiException | IllegalArgumentException e) {
            LOG.warn("The configs of group {} cannot be used: {}", group, e.getMessage());
        }
    }
}
