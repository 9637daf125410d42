package dev.ahti.replica;

import dev.ahti.log.PartitionLog;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.PartitionReplicaCommand.TakeRequests;
import dev.ahti.replica.replication.FollowedPartition;
import dev.ahti.replica.replication.FollowerStream;
import dev.ahti.replica.replication.LeaderStream;
import dev.ahti.replica.replication.LedPartition;
import dev.ahti.replica.replication.ToFollower;
import java.io.IOException;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What others on this node hold of an open {@link PartitionReplica}: its queue, its log and the state that it shows. */
final class ReplicaHandle implements LocalReplica, LedPartition, FollowedPartition {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaHandle.class);

    private final PartitionId id;
    private final PartitionLog log;
    private final ActorRef<PartitionReplicaCommand> actor;
    private final RequestQueue requests;
    private final ReadWaiters waiters = new ReadWaiters(this, this::state);
    private final Followers followers = new Followers();
    private final PartitionReader reader;
    private final BooleanSupplier seesMajority;
    private final Consumer<ReplicaHandle> leadershipChanged;
    private volatile ReplicaState state;

    ReplicaHandle(
            PartitionId id,
            PartitionLog log,
            ActorRef<PartitionReplicaCommand> actor,
            ReplicaState state,
            BooleanSupplier seesMajority,
            Consumer<ReplicaHandle> leadershipChanged) {
        this.id = id;
        this.log = log;
        this.actor = actor;
        this.requests = new RequestQueue(() -> actor.tell(TakeRequests.INSTANCE));
        this.reader = new PartitionReader(log);
        this.state = state;
        this.seesMajority = seesMajority;
        this.leadershipChanged = leadershipChanged;
    }

    @Override
    public PartitionId id() {
        return id;
    }

    @Override
    public PartitionLog log() {
        return log;
    }

    @Override
    public Leadership leadership() {
        return state.leadership();
    }

    @Override
    public Map<Integer, Long> followerLogEnds() {
        return followers.logEnds(leadingEpoch());
    }

    @Override
    public void append(MemoryRecords records, short acks, long deadlineNanos, Consumer<AppendResult> whenDone) {
        requests.add(new ReplicaRequest.Append(records, acks, deadlineNanos, whenDone));
    }

    @Override
    public void appendAsCoordinator(CoordinatorBatch batch, Consumer<Errors> whenDone) {
        requests.add(new ReplicaRequest.AppendByCoordinator(batch, whenDone));
    }

    @Override
    public void deleteRecords(long offset, long deadlineNanos, Consumer<DeleteResult> whenDone) {
        requests.add(new ReplicaRequest.DeleteRecords(offset, deadlineNanos, whenDone));
    }

    @Override
    public ReadResult read(ReadRequest request) {
        try {
            ReadResult result = reader.read(state, request);
            // Looked at last of all: the process may have slept meanwhile, and another broker leads (rule 16).
            return seesMajority.getAsBoolean() ? result : PartitionReader.failed(Errors.NOT_LEADER_OR_FOLLOWER);
        } catch (IOException e) {
            // A closed log is no fault of the disk: the replica has just gone.
            Errors unavailable = state.unavailable();
            if (unavailable != Errors.NONE) {
                return PartitionReader.failed(unavailable);
            }
            LOG.error("{}: reading at offset {} failed", log.topicPartition(), request.offset(), e);
            return PartitionReader.failed(Errors.KAFKA_STORAGE_ERROR);
        }
    }

    @Override
    public Runnable onReadable(long offset, Consumer<LocalReplica> wake) {
        return waiters.add(offset, wake);
    }

    @Override
    public int leadingEpoch() {
        Leadership now = state.leadership();
        return now.leading() ? now.leaderEpoch() : -1;
    }

    @Override
    public long highWatermark() {
        return state.highWatermark();
    }

    @Override
    public void add(FollowerStream stream) {
        followers.add(stream);
    }

    @Override
    public void remove(FollowerStream stream) {
        followers.remove(stream);
    }

    @Override
    public void reported(FollowerStream stream) {
        requests.add(new ReplicaRequest.Reported(stream));
    }

    @Override
    public void take(LeaderStream stream, ToFollower message) {
        requests.add(new ReplicaRequest.FromLeader(stream, message));
    }

    ReplicaState state() {
        return state;
    }

    ActorRef<PartitionReplicaCommand> actor() {
        return actor;
    }

    RequestQueue requests() {
        return requests;
    }

    Followers followers() {
        return followers;
    }

    int waitingReads() {
        return waiters.size();
    }

    /** By the actor alone. */
    void publish(ReplicaState next) {
        ReplicaState before = state;
        state = next;
        if (!next.sameLeadership(before)) {
            waiters.wakeAll();
            followers.wake();
            leadershipChanged.accept(this);
        } else if (next.highWatermark() > before.highWatermark()) {
            followers.highWatermarkRaised();
            waiters.highWatermarkRaisedTo(next.highWatermark());
        }
    }

    /** The replica serves no more: whatever waits or comes is answered with {@code error}. */
    void close(Errors error) {
        Leadership last = state.leadership();
        publish(new ReplicaState(
                new Leadership(last.leader(), last.leaderEpoch(), false, last.highWatermark(), last.epochStartOffset()),
                state.lastStableOffset(),
                error));
        requests.close(error);
    }
}
