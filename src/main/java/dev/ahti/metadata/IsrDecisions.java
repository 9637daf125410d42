package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.IsrResult;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Proposals of leaders for their partitions' ISR (rule 9; Kafka's AlterPartition). */
final class IsrDecisions {
    private final Election election;

    IsrDecisions(Election election) {
        this.election = election;
    }

    Decision alterPartition(ClusterImage image, AlterPartition request) {
        BrokerImage sender = image.brokers().get(request.broker());
        if (sender == null || !sender.incarnation().equals(request.incarnation())) {
            return answer(List.of(), request, Errors.STALE_BROKER_EPOCH, List.of());
        }
        Draft draft = new Draft(image);
        List<IsrResult> results = new ArrayList<>();
        for (IsrProposal proposal : request.proposals()) {
            PartitionImage partition = draft.image().partition(proposal.partition());
            Errors error = check(draft.image(), partition, proposal, request.broker());
            if (error == Errors.NONE && !partition.isr().equals(proposal.isr())) {
                draft.add(new UpdateISR(
                        partition.id(), proposal.isr(), election.eligible(draft.image(), partition, proposal.isr())));
            }
            results.add(new IsrResult(proposal.partition(), error));
        }
        return answer(draft.events(), request, Errors.NONE, results);
    }

    private static Decision answer(
            List<MetadataEvent> events, AlterPartition request, Errors error, List<IsrResult> results) {
        return new Decision(events, stamp -> request.replyTo()
                .tell(new AlterPartitionReply(stamp.epoch(), stamp.version(), error, results)));
    }

    private static Errors check(ClusterImage image, PartitionImage partition, IsrProposal proposal, int sender) {
        if (partition == null) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        if (partition.leader() != sender) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        if (partition.leaderEpoch() != proposal.leaderEpoch()) {
            return Errors.FENCED_LEADER_EPOCH;
        }
        if (partition.partitionEpoch() != proposal.partitionEpoch()) {
            return isStored(partition, proposal) ? Errors.NONE : Errors.INVALID_UPDATE_VERSION;
        }
        List<Integer> brokers =
                proposal.isr().stream().map(IsrMember::broker).distinct().toList();
        if (brokers.size() != proposal.isr().size()
                || !brokers.contains(sender)
                || !partition.replicas().containsAll(brokers)) {
            return Errors.INVALID_REQUEST;
        }
        return proposal.isr().stream().allMatch(each -> isEligible(image, each))
                ? Errors.NONE
                : Errors.INELIGIBLE_REPLICA;
    }

    /** It comes again: by another way round a cut link, or because its answer was lost. */
    private static boolean isStored(PartitionImage partition, IsrProposal proposal) {
        return partition.partitionEpoch() == proposal.partitionEpoch() + 1
                && partition.isr().equals(proposal.isr());
    }

    private static boolean isEligible(ClusterImage image, IsrMember member) {
        BrokerImage broker = image.brokers().get(member.broker());
        return broker != null && broker.isLive() && broker.incarnation().equals(member.incarnation());
    }
}
