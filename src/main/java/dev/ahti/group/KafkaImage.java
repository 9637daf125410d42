package dev.ahti.group;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.Optional;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.metadata.UnregisterBrokerRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;

/**
 * What a group coordinator must know of the cluster, in the classes of KRaft that it reads: topics, how many partitions they
 * have, and the racks of their replicas. Who leads is not its concern, so most changes of the image are none here.
 */
final class KafkaImage {
    private ClusterImage shown = ClusterImage.empty();
    private MetadataImage latest = MetadataImage.EMPTY;

    record Change(MetadataDelta delta, MetadataImage image) {}

    /** What has changed since the last time; empty where it does not concern groups. */
    Optional<Change> show(ClusterImage next) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(latest).build();
        boolean brokersChanged = brokers(shown, next, delta);
        boolean topicsChanged = topics(shown, next, delta);
        shown = next;
        if (!brokersChanged && !topicsChanged) {
            return Optional.empty();
        }
        latest = delta.apply(new MetadataProvenance(next.version(), next.metadataEpoch(), 0, true));
        return Optional.of(new Change(delta, latest));
    }

    @SuppressWarnings(
            "ReferenceEquality") // Unchanged parts of an image are the same objects; to compare them is too slow.
    private static boolean brokers(ClusterImage before, ClusterImage next, MetadataDelta delta) {
        if (before.brokers() == next.brokers()) {
            return false;
        }
        boolean changed = false;
        for (BrokerImage broker : before.brokers().values()) {
            if (next.broker(broker.id()).isEmpty()) {
                delta.replay(new UnregisterBrokerRecord().setBrokerId(broker.id()));
                changed = true;
            }
        }
        for (BrokerImage broker : next.brokers().values()) {
            Optional<String> rackBefore = before.broker(broker.id()).flatMap(BrokerImage::rack);
            if (before.broker(broker.id()).isEmpty() || !rackBefore.equals(broker.rack())) {
                delta.replay(new RegisterBrokerRecord()
                        .setBrokerId(broker.id())
                        .setIncarnationId(broker.incarnation())
                        .setRack(broker.rack().orElse(null))
                        .setFenced(false));
                changed = true;
            }
        }
        return changed;
    }

    @SuppressWarnings("ReferenceEquality") // As above.
    private static boolean topics(ClusterImage before, ClusterImage next, MetadataDelta delta) {
        if (before.topics() == next.topics()) {
            return false;
        }
        boolean changed = false;
        for (TopicImage topic : before.topics().values()) {
            if (next.topic(topic.id()) == null) {
                delta.replay(new RemoveTopicRecord().setTopicId(topic.id()));
                changed = true;
            }
        }
        for (TopicImage topic : next.topics().values()) {
            TopicImage known = before.topic(topic.id());
            if (known != topic) {
                changed |= topic(known, topic, delta);
            }
        }
        return changed;
    }

    private static boolean topic(TopicImage before, TopicImage topic, MetadataDelta delta) {
        boolean changed = before == null;
        if (changed) {
            delta.replay(new TopicRecord().setName(topic.name()).setTopicId(topic.id()));
        }
        for (PartitionImage partition : topic.partitions()) {
            PartitionImage known =
                    before == null ? null : before.partition(partition.id().partition());
            if (known == null || !known.replicas().equals(partition.replicas())) {
                delta.replay(record(partition));
                changed = true;
            }
        }
        return changed;
    }

    private static PartitionRecord record(PartitionImage partition) {
        return new PartitionRecord()
                .setTopicId(partition.id().topicId())
                .setPartitionId(partition.id().partition())
                .setReplicas(partition.replicas())
                .setIsr(partition.replicas())
                .setLeader(partition.replicas().get(0));
    }
}
