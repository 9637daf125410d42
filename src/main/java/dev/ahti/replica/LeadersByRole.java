package dev.ahti.replica;

import dev.ahti.peer.BrokerRole;
import dev.ahti.peer.SystemActors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSelection;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.pattern.Patterns;

/** The {@link LogPositions} of the cluster's members, each of which has the role of its broker. */
final class LeadersByRole implements LogPositions.Leaders {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Cluster cluster;

    LeadersByRole(ActorSystem<?> system) {
        cluster = Cluster.get(Adapter.toClassic(system));
    }

    @Override
    public CompletionStage<List<LogPositions.Found>> ask(int broker, List<LogPositions.Position> positions) {
        for (Member member : cluster.state().getMembers()) {
            if (member.hasRole(BrokerRole.of(broker)) && member.status().equals(MemberStatus.up())) {
                ActorSelection there =
                        cluster.system().actorSelection(SystemActors.at(member.address(), LogPositions.NAME));
                return Patterns.askWithReplyTo(
                                there,
                                replyTo -> new LogPositions.Question(positions, Adapter.toTyped(replyTo)),
                                TIMEOUT)
                        .thenApply(answer -> ((LogPositions.Answer) answer).found());
            }
        }
        return CompletableFuture.failedFuture(new IllegalStateException("broker " + broker + " is no member now"));
    }
}
