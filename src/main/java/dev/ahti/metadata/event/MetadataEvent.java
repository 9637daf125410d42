package dev.ahti.metadata.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.ahti.metadata.image.ClusterImage;

/**
 * A fact in the metadata journal. The names below and the fields of the records are a storage format: they are read for
 * years, so they change only with a migration and a test that reads old data.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = StartEpoch.class, name = "StartEpoch"),
    @JsonSubTypes.Type(value = RegisterBroker.class, name = "RegisterBroker"),
    @JsonSubTypes.Type(value = FenceBroker.class, name = "FenceBroker"),
    @JsonSubTypes.Type(value = UnfenceBroker.class, name = "UnfenceBroker"),
    @JsonSubTypes.Type(value = ShutDownBroker.class, name = "ShutDownBroker"),
    @JsonSubTypes.Type(value = UnregisterBroker.class, name = "UnregisterBroker"),
    @JsonSubTypes.Type(value = CreateTopic.class, name = "CreateTopic"),
    @JsonSubTypes.Type(value = DeleteTopic.class, name = "DeleteTopic"),
    @JsonSubTypes.Type(value = AssignPartition.class, name = "AssignPartition"),
    @JsonSubTypes.Type(value = SetPartitionLeader.class, name = "SetPartitionLeader"),
    @JsonSubTypes.Type(value = UpdateISR.class, name = "UpdateISR"),
    @JsonSubTypes.Type(value = SetConfig.class, name = "SetConfig"),
    @JsonSubTypes.Type(value = ReserveProducerIds.class, name = "ReserveProducerIds"),
    @JsonSubTypes.Type(value = SetFeature.class, name = "SetFeature"),
})
public sealed interface MetadataEvent
        permits StartEpoch,
                RegisterBroker,
                FenceBroker,
                UnfenceBroker,
                ShutDownBroker,
                UnregisterBroker,
                CreateTopic,
                DeleteTopic,
                AssignPartition,
                SetPartitionLeader,
                UpdateISR,
                SetConfig,
                ReserveProducerIds,
                SetFeature {

    /**
     * Level of {@code ahti.metadata.version} from which on this may be written (rule 29): a kind of event, or a field that
     * earlier versions cannot do without, that is added later says a higher one.
     */
    default short since() {
        return 1;
    }

    /** The image after this event, at the same version: whoever applies it also counts. No clock, no randomness. */
    ClusterImage change(ClusterImage image);

    /** The image after this event, one version on. */
    default ClusterImage applyTo(ClusterImage image) {
        return change(image).withVersion(image.version() + 1);
    }
}
