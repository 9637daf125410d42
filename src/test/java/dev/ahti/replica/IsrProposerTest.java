package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.IsrResult;
import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Rule 9. */
class IsrProposerTest {
    private final List<List<IsrProposal>> sent = new ArrayList<>();
    private final List<CompletableFuture<AlterPartitionReply>> replies = new ArrayList<>();
    private final List<Errors> outcomes = new ArrayList<>();
    private final IsrProposer proposer = new IsrProposer((proposals, timeout) -> {
        sent.add(proposals);
        CompletableFuture<AlterPartitionReply> reply = new CompletableFuture<>();
        replies.add(reply);
        return reply;
    });

    private IsrProposal propose() {
        IsrProposal proposal = new IsrProposal(new PartitionId(Uuid.randomUuid(), 0), 1, 2, List.of());
        proposer.propose(proposal, outcomes::add);
        return proposal;
    }

    @Test
    void shouldSendTogetherWhatCameUpWhileOneBatchWasUnderWay() {
        IsrProposal first = propose();
        IsrProposal second = propose();
        IsrProposal third = propose();
        assertThat(sent).containsExactly(List.of(first));

        replies.get(0)
                .complete(new AlterPartitionReply(
                        1, 1, Errors.NONE, List.of(new IsrResult(first.partition(), Errors.NONE))));
        assertThat(sent).containsExactly(List.of(first), List.of(second, third));
        replies.get(1)
                .complete(new AlterPartitionReply(
                        1,
                        1,
                        Errors.NONE,
                        List.of(
                                new IsrResult(third.partition(), Errors.INELIGIBLE_REPLICA),
                                new IsrResult(second.partition(), Errors.FENCED_LEADER_EPOCH))));

        assertThat(outcomes).containsExactly(Errors.NONE, Errors.FENCED_LEADER_EPOCH, Errors.INELIGIBLE_REPLICA);
    }

    /** Trap 2. */
    @Test
    void shouldTakeNothingForAnOutcomeThatIsNone() {
        propose();
        propose();
        replies.get(0).completeExceptionally(new IllegalStateException("planted"));
        replies.get(1).complete(new AlterPartitionReply(1, 1, Errors.NONE, List.of()));
        propose();
        replies.get(2).complete(new AlterPartitionReply(1, 1, Errors.STALE_BROKER_EPOCH, List.of()));

        assertThat(outcomes)
                .containsExactly(Errors.REQUEST_TIMED_OUT, Errors.REQUEST_TIMED_OUT, Errors.STALE_BROKER_EPOCH);
    }
}
