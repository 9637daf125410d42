package dev.ahti.management;

import dev.ahti.management.NodeReport.Group;
import dev.ahti.management.NodeReport.Size;
import dev.ahti.metadata.ClusterMessage;
import dev.ahti.model.PartitionId;
import dev.ahti.peer.SeenMembers;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplicas;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells every node of the cluster about this one, for whoever asks any of them over HTTP ({@link ClusterNodes}). Found by
 * its path; where threads may block, for it looks at the disk.
 */
final class NodeReports {
    static final String NAME = "node-reports";
    private static final Logger LOG = LoggerFactory.getLogger(NodeReports.class);

    private final NodeState state;

    /** @param sizes replicas whose size is asked for, {@link NodeReport#MAX_LISTED} at most */
    record Question(boolean strays, boolean groups, List<PartitionId> sizes, ActorRef<NodeReport> replyTo)
            implements ClusterMessage {}

    private NodeReports(NodeState state) {
        this.state = state;
    }

    /** Answers from now on. */
    static void start(ActorSystem<?> system, NodeState state) {
        system.systemActorOf(create(state), NAME, DispatcherSelector.fromConfig("ahti.log-dispatcher"));
    }

    static Behavior<Question> create(NodeState state) {
        NodeReports reports = new NodeReports(state);
        return Behaviors.receive(Question.class)
                .onMessage(Question.class, reports::onQuestion)
                .build();
    }

    private Behavior<Question> onQuestion(Question question) {
        Optional<NodeState.Groups> groups = question.groups() ? state.groups() : Optional.empty();
        state.node()
                .ifPresent(node -> groups.ifPresentOrElse(
                        coordinated -> coordinated.lags().all().whenComplete((lags, failure) -> question.replyTo()
                                .tell(report(node, question, failure == null ? lags : List.of()))),
                        () -> question.replyTo().tell(report(node, question, List.of()))));
        return Behaviors.same();
    }

    private NodeReport report(NodeState.Node node, Question question, List<GroupLag> lags) {
        LocalReplicas replicas = node.replicas();
        SeenMembers members = node.members().get();
        return new NodeReport(
                node.broker(),
                state.image().version(),
                state.image().metadataEpoch(),
                state.ready(),
                node.metadata().singleton(),
                members.majority(),
                List.copyOf(members.vouching()),
                node.address().get(),
                replicas.all().size(),
                (int) replicas.all().stream()
                        .filter(each -> each.leadership().leading())
                        .count(),
                replicas.all().stream().mapToLong(each -> each.log().size()).sum(),
                freeBytes(node),
                question.sizes().stream()
                        .map(replicas::get)
                        .filter(Objects::nonNull)
                        .map(NodeReports::size)
                        .toList(),
                question.strays() ? strays(node) : List.of(),
                lags.stream()
                        .sorted(Comparator.comparingLong(GroupLag::records).reversed())
                        .limit(NodeReport.MAX_LISTED)
                        .map(NodeReports::group)
                        .toList(),
                lags.size());
    }

    private static Size size(LocalReplica replica) {
        return new Size(
                replica.id(),
                replica.log().logStartOffset(),
                replica.log().logEndOffset(),
                replica.leadership().highWatermark(),
                replica.log().size());
    }

    private static Group group(GroupLag lag) {
        return new Group(
                lag.group(),
                lag.type(),
                lag.state(),
                lag.records(),
                lag.seconds().orElse(-1));
    }

    private static long freeBytes(NodeState.Node node) {
        try {
            return Files.getFileStore(node.directory().path()).getUsableSpace();
        } catch (IOException e) {
            LOG.debug("{} does not say how much is free", node.directory().path(), e);
            return -1;
        }
    }

    private static List<String> strays(NodeState.Node node) {
        try {
            return node.directory().strays().stream()
                    .map(each -> each.getFileName().toString())
                    .sorted()
                    .limit(NodeReport.MAX_LISTED)
                    .toList();
        } catch (IOException e) {
            LOG.debug("{} cannot be listed", node.directory().path(), e);
            return List.of();
        }
    }
}
