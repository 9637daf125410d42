package dev.ahti.metadata;

import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who leads (rules 5, 8 and 18). Each method adds its events to a draft whose image already shows what has happened to
 * the broker.
 *
 * <pre>
 *   live ISR -> live ELR -> (both empty) last known leader -> (unclean.leader.election.enable) any live replica -> none
 * </pre>
 */
final class Election {
    private final TopicSettings topics;

    Election(TopicSettings topics) {
        this.topics = topics;
    }

    /** The broker, which is not live any more, leaves every ISR and leadership; as an eligible leader where the ISR is short. */
    void brokerLeaves(Draft draft, int broker) {
        for (PartitionImage partition : partitionsWith(draft.image(), each -> each.hasReplica(broker))) {
            boolean leads = partition.leader() == broker;
            boolean inSync = partition.isrBrokers().contains(broker);
            if (leads || inSync) {
                List<IsrMember> isr = without(partition.isr(), broker);
                List<Integer> elr = eligible(draft.image(), partition, isr);
                elect(draft, partition, isr, elr, leads);
            }
        }
    }

    /** What the broker's disk held cannot be trusted: out of every ISR and ELR (it has left the leaderships before). */
    void brokerLostItsTail(Draft draft, int broker, boolean lostEverything) {
        for (PartitionImage partition : partitionsWith(draft.image(), each -> each.hasReplica(broker))) {
            if (partition.elr().contains(broker)) {
                draft.add(new UpdateISR(
                        partition.id(), without(partition.isr(), broker), withoutBroker(partition.elr(), broker)));
            }
            if (lostEverything
                    && partition.leader() == PartitionImage.NO_LEADER
                    && partition.lastKnownLeader() == broker) {
                // Said of a partition without leader, this makes it forget the last known one.
                draft.add(
                        new SetPartitionLeader(partition.id(), PartitionImage.NO_LEADER, partition.leaderEpoch() + 1));
            }
        }
    }

    /** The broker has become live: it may lead what nobody leads. */
    void brokerReturns(Draft draft, int broker) {
        electLeaderless(draft, each -> each.hasReplica(broker));
    }

    private void electLeaderless(Draft draft, Predicate<PartitionImage> which) {
        partitionsWith(draft.image(), which).forEach(each -> electIfLeaderless(draft, each));
    }

    void electIfLeaderless(Draft draft, PartitionImage partition) {
        if (partition.leader() == PartitionImage.NO_LEADER) {
            elect(draft, partition, partition.isr(), partition.elr(), false);
        }
    }

    /** False if the first replica is not live and in sync. */
    boolean electPreferred(Draft draft, PartitionImage partition) {
        int preferred = partition.replicas().get(0);
        if (!draft.image().isLive(preferred) || !partition.isrBrokers().contains(preferred)) {
            return false;
        }
        draft.add(new SetPartitionLeader(partition.id(), preferred, partition.leaderEpoch() + 1));
        return true;
    }

    /** Of a partition that nobody leads, whatever its topic allows. False if no replica is alive. */
    boolean electUnclean(Draft draft, PartitionImage partition) {
        elect(draft, partition, partition.isr(), partition.elr(), false, true);
        return draft.image().partition(partition.id()).leader() != PartitionImage.NO_LEADER;
    }

    private void elect(
            Draft draft, PartitionImage partition, List<IsrMember> isr, List<Integer> elr, boolean leaderLost) {
        boolean unclean = topics.uncleanElection(draft.image(), partition.id().topicId());
        elect(draft, partition, isr, elr, leaderLost, unclean);
    }

    private void elect(
            Draft draft,
            PartitionImage partition,
            List<IsrMember> isr,
            List<Integer> elr,
            boolean leaderLost,
            boolean unclean) {
        ClusterImage image = draft.image();
        boolean needsLeader = leaderLost || partition.leader() == PartitionImage.NO_LEADER;
        Optional<Integer> inSync =
                first(partition, each -> image.isLive(each) && isr.stream().anyMatch(m -> m.broker() == each));
        Optional<Integer> chosen = inSync.or(() -> outsideIsr(image, partition, isr, elr, unclean));
        List<IsrMember> newIsr = isr;
        List<Integer> newElr = elr;
        if (needsLeader && chosen.isPresent()) {
            int leader = chosen.get();
            draft.add(new SetPartitionLeader(partition.id(), leader, partition.leaderEpoch() + 1));
            if (inSync.isEmpty()) {
                newIsr = List.of(member(image.brokers().get(leader)));
                newElr = newIsr.size() >= required(image, partition) ? List.of() : withoutBroker(elr, leader);
            }
        } else if (leaderLost) {
            draft.add(new SetPartitionLeader(partition.id(), PartitionImage.NO_LEADER, partition.leaderEpoch() + 1));
        }
        if (!newIsr.equals(partition.isr()) || !newElr.equals(partition.elr())) {
            draft.add(new UpdateISR(partition.id(), newIsr, newElr));
        }
    }

    private static Optional<Integer> outsideIsr(
            ClusterImage image, PartitionImage partition, List<IsrMember> isr, List<Integer> elr, boolean unclean) {
        Optional<Integer> eligible = first(partition, each -> image.isLive(each) && elr.contains(each));
        if (eligible.isPresent()) {
            return eligible;
        }
        int known = partition.lastKnownLeader();
        if (isr.isEmpty() && elr.isEmpty() && known != PartitionImage.NO_LEADER && image.isLive(known)) {
            return Optional.of(known);
        }
        return unclean ? first(partition, image::isLive) : Optional.empty();
    }

    /** The ELR beside this new ISR: empty once the ISR has the minimum, else also those who leave the ISR (KIP-966). */
    List<Integer> eligible(ClusterImage image, PartitionImage partition, List<IsrMember> newIsr) {
        if (newIsr.size() >= required(image, partition)) {
            return List.of();
        }
        List<Integer> elr = new ArrayList<>(partition.elr());
        elr.addAll(partition.isrBrokers());
        return elr.stream()
                .distinct()
                .filter(each -> newIsr.stream().noneMatch(member -> member.broker() == each))
                .toList();
    }

    private int required(ClusterImage image, PartitionImage partition) {
        return Math.min(
                topics.minInSync(image, partition.id().topicId()),
                partition.replicas().size());
    }

    static IsrMember member(BrokerImage broker) {
        return new IsrMember(broker.id(), broker.incarnation());
    }

    private static Optional<Integer> first(PartitionImage partition, Predicate<Integer> which) {
        return partition.replicas().stream().filter(which).findFirst();
    }

    private static List<IsrMember> without(List<IsrMember> isr, int broker) {
        return isr.stream().filter(each -> each.broker() != broker).toList();
    }

    private static List<Integer> withoutBroker(List<Integer> brokers, int broker) {
        return brokers.stream().filter(each -> each != broker).toList();
    }

    private static List<PartitionImage> partitionsWith(ClusterImage image, Predicate<PartitionImage> which) {
        return image.topics().values().stream()
                .map(TopicImage::partitions)
                .flatMap(List::stream)
                .filter(which)
                .toList();
    }
}
