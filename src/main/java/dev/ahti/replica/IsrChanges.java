package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.replica.PartitionReplicaCommand.IsrAnswered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which ISR the leader of one partition wants, and what has become of the one that it has proposed.
 *
 * <pre>
 *   settled --- wants another ISR ---> proposed, asked --- outcome unknown ---> proposed, to be asked again
 *      ^                                      |  ^                                      |      |
 *      |                                      |  +----------- after a while ------------+      |
 *      +------ refused for good --------------+                                                |
 *      +------ the image shows a newer partition epoch ----------------------------------------+
 * </pre>
 */
final class IsrChanges {
    private static final Logger LOG = LoggerFactory.getLogger(IsrChanges.class);
    static final Duration RETRY = Duration.ofMillis(500);

    private final ReplicaNode node;
    private final PartitionLog log;
    private final HighWatermark highWatermark;
    private final Consumer<IsrAnswered> answers;
    private final Consumer<Duration> lookAgainIn;
    private PartitionImage partition;
    private InSyncReplicas inSync;
    /** Null while settled. */
    private IsrProposal proposal;

    private boolean answered;
    private boolean backingOff;

    /**
     * @param answers told of an answer, on any thread
     * @param lookAgainIn makes the actor call {@link #look} after a while
     */
    IsrChanges(
            ReplicaNode node,
            PartitionLog log,
            HighWatermark highWatermark,
            Consumer<IsrAnswered> answers,
            Consumer<Duration> lookAgainIn) {
        this.node = node;
        this.log = log;
        this.highWatermark = highWatermark;
        this.answers = answers;
        this.lookAgainIn = lookAgainIn;
    }

    /** A newer state of the partition settles a proposal made on top of an older one: it is in there, or is refused. */
    void settle(PartitionImage newer, InSyncReplicas ofEpoch) {
        partition = newer;
        inSync = ofEpoch;
        proposal = null;
        backingOff = false;
    }

    /**
     * Proposes what is due, one proposal at a time (rule 9). Nothing while this node may be cut off: where the singleton is
     * here too, it would be stored that only this broker is in sync, and whoever goes on could elect none that is.
     */
    void look() {
        if (proposal != null || backingOff) {
            return;
        }
        List<IsrMember> wanted = wanted(System.nanoTime());
        if (!wanted.equals(inSync.committed())) {
            if (!node.seesMajority().getAsBoolean()) {
                backingOff = true;
                lookAgainIn.accept(RETRY);
                return;
            }
            LOG.info(
                    "{}: proposing the ISR {} instead of {}",
                    log.topicPartition(),
                    brokers(wanted),
                    brokers(inSync.committed()));
            inSync.propose(wanted);
            proposal = new IsrProposal(partition.id(), partition.leaderEpoch(), partition.partitionEpoch(), wanted);
            ask();
        }
    }

    /** Some time after an answer: the same proposal again as long as its outcome is unknown, or another one. */
    void lookAgain() {
        backingOff = false;
        if (proposal != null && answered) {
            ask();
        }
        look();
    }

    private void ask() {
        answered = false;
        IsrProposal asking = proposal;
        node.isrProposer().propose(asking, error -> answers.accept(new IsrAnswered(asking, error)));
    }

    void answered(IsrAnswered answer) {
        if (!Objects.equals(proposal, answer.proposal())) {
            return;
        }
        Errors error = answer.error();
        answered = true;
        if (error == Errors.INELIGIBLE_REPLICA || error == Errors.INVALID_REQUEST) {
            inSync.withdraw();
            proposal = null;
            backingOff = true;
        }
        // In every other case the image will show what has become of it; until then the proposed members count.
        if (error != Errors.NONE) {
            LOG.info("{}: the proposed ISR: {}", log.topicPartition(), error);
        }
        lookAgainIn.accept(RETRY);
    }

    private List<IsrMember> wanted(long nowNanos) {
        List<IsrMember> wanted = new ArrayList<>();
        for (IsrMember member : inSync.committed()) {
            if (member.broker() == node.brokerId() || keepsUp(member, nowNanos)) {
                wanted.add(member);
            }
        }
        ClusterImage image = node.image().get();
        for (int broker : partition.replicas()) {
            IsrMember outsider = inSync.outsider(broker);
            if (outsider != null
                    && isEligible(image, outsider)
                    && inSync.mayJoin(outsider, highWatermark.value())
                    && keepsUp(outsider, nowNanos)) {
                wanted.removeIf(member -> member.broker() == broker);
                wanted.add(outsider);
            }
        }
        return wanted;
    }

    /** Rule 5: a follower without a connection for one session leaves; a connected one has the time to catch up. */
    private boolean keepsUp(IsrMember member, long nowNanos) {
        return !node.feeds().isLost(member.broker())
                && !inSync.isLagging(
                        member,
                        log.logEndOffset(),
                        nowNanos,
                        node.settings().replicaLagTimeMax().toNanos());
    }

    /** What the metadata would refuse is not asked for: they look at the same facts. */
    private static boolean isEligible(ClusterImage image, IsrMember member) {
        BrokerImage broker = image.brokers().get(member.broker());
        return broker != null && broker.isLive() && broker.incarnation().equals(member.incarnation());
    }

    private static List<Integer> brokers(List<IsrMember> members) {
        return members.stream().map(IsrMember::broker).toList();
    }
}
