package dev.ahti.api.virtual;

import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/** Whom the partitions of one request belong to; it keeps what each broker is then expected to lead. */
public final class Leaders {
    /** A partition that has no leader now. */
    public static final int NOBODY = PartitionImage.NO_LEADER;

    private final ClusterImage image;
    private final int self;
    private final Map<Integer, List<ExpectedLeader>> expected = new HashMap<>();

    Leaders(ClusterImage image, int self) {
        this.image = image;
        this.self = self;
    }

    /** The topic of that name, or null. */
    public TopicImage topic(String name) {
        return image.topic(name);
    }

    /** The topic of that id, or null. */
    public TopicImage topic(Uuid id) {
        return image.topic(id);
    }

    /** The broker to ask, or {@link #NOBODY}. What is not known here is for this broker: it says so. */
    public int of(TopicImage topic, int number) {
        PartitionImage partition = topic == null ? null : topic.partition(number);
        if (partition == null) {
            return self;
        }
        int leader = partition.leader();
        if (leader != NOBODY) {
            expected.computeIfAbsent(leader, broker -> new ArrayList<>())
                    .add(new ExpectedLeader(partition.id(), partition.leaderEpoch()));
        }
        return leader;
    }

    public List<ExpectedLeader> expectedOf(int broker) {
        return expected.getOrDefault(broker, List.of());
    }
}
