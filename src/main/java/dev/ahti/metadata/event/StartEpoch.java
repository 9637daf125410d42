package dev.ahti.metadata.event;

import dev.ahti.metadata.image.ClusterImage;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * A new holder of the singleton begins: the first event that it writes (rule 7).
 *
 * @param id new each time: where the journal went back, an epoch of the same number is another one (rule 22). Absent from
 *     what was stored before epochs had one
 */
public record StartEpoch(String clusterId, int epoch, Optional<Uuid> id) implements MetadataEvent {

    @Override
    public ClusterImage change(ClusterImage image) {
        return image.withEpoch(clusterId, epoch, id);
    }
}
