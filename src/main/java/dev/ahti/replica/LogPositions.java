package dev.ahti.replica;

import dev.ahti.log.TimestampOffset;
import dev.ahti.metadata.ClusterMessage;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica.Leadership;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how far the logs that this broker leads reach beyond given offsets, for whoever shows the lag of groups, on any
 * broker. Found by its path. It reads one question after the other where threads may block, beside all that clients wait for.
 */
public final class LogPositions {
    /** In one question: far below what a message between nodes may have. */
    public static final int MAX_POSITIONS = 500;

    static final String NAME = "log-positions";
    private static final Logger log = LoggerFactory.getLogger(LogPositions.class);

    /** In place of a time: that record has none. */
    public static final long NO_TIME = RecordBatch.NO_TIMESTAMP;

    /** In place of a time: clients have nothing to read there. */
    public static final long NO_RECORD = -2;

    private final LocalReplicas replicas;

    /** From any thread. */
    public interface Leaders {
        /** What this broker leads of them; fails when no answer comes in time. At most {@link #MAX_POSITIONS}. */
        CompletionStage<List<Found>> ask(int broker, List<Position> positions);
    }

    public record Position(PartitionId partition, long offset) {}

    /** @param timestampMs of the first record at or after the position */
    public record Found(Position position, long highWatermark, long timestampMs) {}

    record Question(List<Position> positions, ActorRef<Answer> replyTo) implements ClusterMessage {}

    record Answer(List<Found> found) implements ClusterMessage {}

    private LogPositions(LocalReplicas replicas) {
        this.replicas = replicas;
    }

    /** Answers from now on. @return asks the brokers of the cluster, this one too */
    public static Leaders start(ActorSystem<?> system, LocalReplicas replicas) {
        system.systemActorOf(create(replicas), NAME, DispatcherSelector.fromConfig("ahti.log-dispatcher"));
        return new LeadersByRole(system);
    }

    static Behavior<Question> create(LocalReplicas replicas) {
        LogPositions positions = new LogPositions(replicas);
        return Behaviors.receive(Question.class)
                .onMessage(Question.class, positions::onQuestion)
                .build();
    }

    private Behavior<Question> onQuestion(Question question) {
        List<Found> found = new ArrayList<>();
        for (Position position : question.positions()) {
            find(position).ifPresent(found::add);
        }
        question.replyTo().tell(new Answer(found));
        return Behaviors.same();
    }

    /** Empty where this broker cannot say. */
    private Optional<Found> find(Position position) {
        LocalReplica replica = replicas.get(position.partition());
        Leadership leadership = replica == null ? null : replica.leadership();
        if (leadership == null || !leadership.leading()) {
            return Optional.empty();
        }
        long end = leadership.highWatermark();
        try {
            long timestamp = position.offset() >= end
                    ? NO_RECORD
                    : replica.log()
                            .firstRecord(position.offset(), end)
                            .map(TimestampOffset::timestampMs)
                            .orElse(NO_RECORD);
            return Optional.of(new Found(position, end, timestamp));
        } catch (IOException | RuntimeException e) {
            log.debug("{} cannot be read at {}", position.partition(), position.offset(), e);
            return Optional.empty();
        }
    }
}
