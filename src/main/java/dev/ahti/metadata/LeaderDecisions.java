package dev.ahti.metadata;

import dev.ahti.metadata.MetadataClient.ElectionResult;
import dev.ahti.metadata.MetadataClient.NamedPartition;
import dev.ahti.metadata.MetadataCommand.ElectLeaders;
import dev.ahti.metadata.MetadataReply.ElectionReply;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.protocol.Errors;

/** Elections that somebody asks for (KIP-460), and those that give preferred leaders back what they should lead. */
final class LeaderDecisions {
    /** As Kafka: more would keep other requests waiting. */
    private static final int MAX_REBALANCED = 1000;

    private final Election election;

    LeaderDecisions(Election election) {
        this.election = election;
    }

    Decision electLeaders(ClusterImage image, ElectLeaders request) {
        Draft draft = new Draft(image);
        List<ElectionResult> results = new ArrayList<>();
        for (NamedPartition each : request.partitions()) {
            try {
                elect(draft, request.type(), each);
                results.add(new ElectionResult(each, Errors.NONE, null));
            } catch (Refused refused) {
                results.add(new ElectionResult(each, refused.error(), refused.getMessage()));
            }
        }
        return new Decision(draft.events(), stamp -> request.replyTo()
                .tell(new ElectionReply(stamp.epoch(), stamp.version(), results)));
    }

    private void elect(Draft draft, ElectionType type, NamedPartition named) {
        TopicImage topic = draft.image().topic(named.topic());
        if (topic == null) {
            throw new Refused(Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + named.topic());
        }
        PartitionImage partition = topic.partition(named.partition());
        if (partition == null) {
            throw new Refused(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    "No such partition as " + named.topic() + "-" + named.partition());
        }
        boolean preferred = type == ElectionType.PREFERRED;
        if (preferred ? partition.hasPreferredLeader() : partition.leader() != PartitionImage.NO_LEADER) {
            throw refused(Errors.ELECTION_NOT_NEEDED);
        }
        if (preferred && !election.electPreferred(draft, partition)) {
            throw refused(Errors.PREFERRED_LEADER_NOT_AVAILABLE);
        } else if (!preferred && !election.electUnclean(draft, partition)) {
            throw refused(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
        }
    }

    private static Refused refused(Errors error) {
        return new Refused(error, error.message());
    }

    Decision rebalanceLeaders(ClusterImage image) {
        Draft draft = new Draft(image);
        int moved = 0;
        for (TopicImage topic : image.topics().values()) {
            for (PartitionImage partition : topic.partitions()) {
                if (moved < MAX_REBALANCED
                        && !partition.hasPreferredLeader()
                        && election.electPreferred(draft, partition)) {
                    moved++;
                }
            }
        }
        return new Decision(draft.events(), stamp -> {});
    }
}
