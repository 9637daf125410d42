package dev.ahti.api.groups;

import dev.ahti.api.FakeMetadata;
import dev.ahti.group.OffsetsTopic;
import dev.ahti.metadata.image.PartitionImage;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.Errors;

/** In the image of {@link FakeMetadata}; a group's slot is the number that its name ends with, or 0. */
public final class FakeOffsetsTopic implements OffsetsTopic {
    private final FakeMetadata metadata;

    /** What creating it ends with. */
    Errors created = Errors.NONE;

    int questions;

    public FakeOffsetsTopic(FakeMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public int partitionFor(String groupId) {
        String digits = groupId.replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    @Override
    public CompletionStage<Errors> ensureCreated() {
        questions++;
        return CompletableFuture.completedFuture(created);
    }

    @Override
    public OptionalInt leaderOf(int slot) {
        PartitionImage partition = metadata.image().partition(NAME, slot);
        return partition == null || partition.leader() == PartitionImage.NO_LEADER
                ? OptionalInt.empty()
                : OptionalInt.of(partition.leader());
    }
}
