package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.MetadataChanged;
import dev.ahti.replica.ReplicaStarter.ReplicaLauncher;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The replicas that a {@link ReplicaStarter} has started or will start, and what it still expects of each.
 *
 * <pre>
 *   WANTED --- launched ---> LAUNCHED --- opened or failed ---> SETTLED
 *      ^                         |                                 |
 *      +---- it stopped ---------+------------ to close -----------+---> CLOSING ---> (gone)
 * </pre>
 *
 * A directory belongs to one topic id at a time: a replica stays WANTED while one of an earlier topic of the same name is
 * closing, or the directory of the earlier one would be set aside under its feet. One that was launched and has not been
 * heard of may be opening that directory: it is closing too, until it says that it has stopped or never ran.
 */
final class StartedReplicas {
    private enum Phase {
        WANTED,
        LAUNCHED,
        SETTLED,
        CLOSING
    }

    private final Map<PartitionId, Replica> replicas = new HashMap<>();
    /** Whose directory it is now. */
    private final Map<TopicPartition, PartitionId> directories = new HashMap<>();

    private final Map<PartitionId, Replica> wanted = new HashMap<>();
    private final ReplicaLauncher launcher;
    private int opening;
    private boolean allClosedCleanly = true;

    StartedReplicas(ReplicaLauncher launcher) {
        this.launcher = launcher;
    }

    int size() {
        return replicas.size();
    }

    /** How many are wanted or launched and have not yet said that they are open, or cannot be. */
    int opening() {
        return opening;
    }

    /**
     * Whether something is expected that may have been lost: {@link #launchAgain} asks for it. It begins with one that is
     * {@link #opening}, and may outlast it. Looks at all of them.
     */
    boolean awaitsAnswers() {
        return opening > 0 || replicas.values().stream().anyMatch(Replica::unheard);
    }

    boolean allClosedCleanly() {
        return allClosedCleanly;
    }

    void want(PartitionId id, TopicPartition name) {
        Replica replica = replicas.get(id);
        if (replica == null) {
            replica = new Replica(name);
            replicas.put(id, replica);
            wanted.put(id, replica);
            opening++;
        } else if (replica.phase == Phase.CLOSING) {
            replica.wantedAgain = true;
        }
    }

    /** Launches what is wanted and finds its directory free. */
    void launch() {
        wanted.entrySet().removeIf(entry -> {
            PartitionId id = entry.getKey();
            Replica replica = entry.getValue();
            if (directories.putIfAbsent(replica.name, id) != null) {
                return false;
            }
            replica.phase = Phase.LAUNCHED;
            launcher.launch(id);
            return true;
        });
    }

    /** Once more, for those of whom nothing has been heard, and for those that have stopped by themselves. */
    void launchAgain() {
        replicas.forEach((id, replica) -> {
            if (replica.unheard()) {
                launcher.launch(id);
            } else if (replica.phase == Phase.WANTED) {
                wanted.put(id, replica);
            }
        });
        launch();
    }

    void started(PartitionId id, ActorRef<PartitionReplicaCommand> actor) {
        Replica replica = replicas.get(id);
        if (replica == null) {
            // Given up before it was heard of; its files are looked after when the topic is.
            actor.tell(Close.KEEP_FILES);
            return;
        }
        if (replica.phase == Phase.WANTED && directories.putIfAbsent(replica.name, id) == null) {
            // Launched twice, and it was the other one that has stopped.
            wanted.remove(id);
            replica.phase = Phase.LAUNCHED;
        }
        replica.actor = actor;
        // It may be open and have looked at the image, and what was shown since was not told to one unknown here.
        actor.tell(replica.phase == Phase.CLOSING ? replica.closeHow : MetadataChanged.INSTANCE);
    }

    void settled(PartitionId id, boolean failed) {
        Replica replica = replicas.get(id);
        if (replica != null && replica.phase == Phase.LAUNCHED) {
            replica.phase = Phase.SETTLED;
            opening--;
        }
        if (failed) {
            allClosedCleanly = false;
        }
    }

    void tell(PartitionId id, PartitionReplicaCommand message) {
        Replica replica = replicas.get(id);
        if (replica != null && replica.actor != null) {
            replica.actor.tell(message);
        }
    }

    void close(PartitionId id, Close how) {
        Replica replica = replicas.get(id);
        if (replica == null) {
            return;
        }
        replica.wantedAgain = false;
        replica.closeHow = how;
        if (replica.phase == Phase.WANTED || replica.phase == Phase.LAUNCHED) {
            opening--;
        }
        if (replica.phase == Phase.WANTED) {
            forget(id, replica);
        } else if (replica.phase != Phase.CLOSING) {
            replica.phase = Phase.CLOSING;
            if (replica.actor != null) {
                replica.actor.tell(how);
            }
        }
    }

    /** For good: nothing is launched any more, so that nothing needs to be known of what has not been heard of. */
    void closeAll() {
        for (PartitionId id : replicas.keySet().toArray(new PartitionId[0])) {
            Replica replica = replicas.get(id);
            if (replica.phase != Phase.CLOSING) {
                close(id, Close.KEEP_FILES);
            }
            if (replica.unheard()) {
                forget(id, replica);
            }
        }
    }

    /** It has stopped or never ran: as told, or by itself, and then it is started again, but not at once. */
    void stopped(PartitionId id, boolean clean) {
        allClosedCleanly &= clean;
        Replica replica = replicas.get(id);
        if (replica == null) {
            return;
        }
        boolean byItself = replica.phase != Phase.CLOSING;
        if (replica.phase == Phase.LAUNCHED) {
            opening--;
        }
        forget(id, replica);
        if (byItself || replica.wantedAgain) {
            want(id, replica.name);
        }
        if (byItself) {
            wanted.remove(id);
        }
    }

    private void forget(PartitionId id, Replica replica) {
        replicas.remove(id);
        wanted.remove(id);
        directories.remove(replica.name, id);
    }

    private static final class Replica {
        private final TopicPartition name;
        private Phase phase = Phase.WANTED;
        private ActorRef<PartitionReplicaCommand> actor;
        private Close closeHow;
        private boolean wantedAgain;

        Replica(TopicPartition name) {
            this.name = name;
        }

        boolean unheard() {
            return actor == null && (phase == Phase.LAUNCHED || phase == Phase.CLOSING);
        }
    }
}
