package dev.ahti.api.records;

import dev.ahti.api.DeadlineTimer;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.PartitionId;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * One fetch request under way. Whoever moves it to READING is its only worker until it waits again; the others leave a
 * note.
 *
 * <pre>
 *   READING --- found little ---> WAITING --- woken, time up ---> READING (on the executor)
 *      |  \--- woken meanwhile -> READ_AGAIN ---> READING
 *      \--- enough, an error, time up ---> DONE
 * </pre>
 *
 * Only partitions that woke it are read again, so that a wake-up costs what it brings, not the size of the session.
 */
final class PendingFetch {
    private static final short FIRST_VERSION_WITH_LEADER = 16;
    private static final short FIRST_VERSION_WITH_STORAGE_ERROR = 6;
    private static final long STALE_SLICE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private enum State {
        READING,
        READ_AGAIN,
        WAITING,
        DONE
    }

    private final Routing routing;
    private final RequestContext context;
    private final FetchContext fetch;
    private final FetchLimits limits;
    private final DeadlineTimer timer;
    private final Executor executor;
    private final CompletableFuture<FetchResponseData> answer = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.READING);
    private final FetchedPartition[] partitions;
    private volatile boolean waitEnded;
    private Runnable cancelTimer;
    private int bytes;

    PendingFetch(
            Routing routing,
            RequestContext context,
            FetchContext fetch,
            FetchLimits limits,
            DeadlineTimer timer,
            Executor executor) {
        this.routing = routing;
        this.context = context;
        this.fetch = fetch;
        this.limits = limits;
        this.timer = timer;
        this.executor = executor;
        this.partitions = new FetchedPartition[fetch.partitions().size()];
    }

    CompletionStage<FetchResponseData> begin() {
        ClusterImage image = routing.image();
        List<PartitionFetch> fetches = fetch.partitions();
        for (int i = 0; i < partitions.length; i++) {
            PartitionFetch one = fetches.get(i);
            TopicImage topic = one.topic() == null ? image.topic(one.topicId()) : image.topic(one.topic());
            partitions[i] = new FetchedPartition(routing, topic, one);
        }
        run();
        return answer;
    }

    private void run() {
        try {
            do {
                state.set(State.READING);
                boolean urgent = readStale();
                if (urgent || isDue()) {
                    finishReading();
                    finish();
                    return;
                }
                await();
            } while (!state.compareAndSet(State.READING, State.WAITING));
        } catch (RuntimeException e) {
            stop();
            answer.completeExceptionally(e);
        }
    }

    /** @return whether one of them has something to say at once */
    private boolean readStale() {
        boolean urgent = false;
        for (FetchedPartition partition : partitions) {
            if (partition.isStale()) {
                bytes -= partition.bytes();
                partition.read(limits.maxBytes() - bytes, bytes == 0, limits.readCommitted());
                bytes += partition.bytes();
                urgent |= partition.isUrgent();
            }
        }
        return urgent;
    }

    private boolean isDue() {
        return partitions.length == 0
                || bytes >= limits.minBytes()
                || waitEnded
                || limits.deadlineNanos() - System.nanoTime() <= 0
                || answer.isDone();
    }

    private void await() {
        if (cancelTimer == null) {
            answer.whenComplete((response, failure) -> {
                if (answer.isCancelled()) {
                    wake();
                }
            });
            if (context.endWait() != null) {
                context.endWait().thenRun(this::endWait);
            }
            cancelTimer = timer.after(Math.max(0, limits.deadlineNanos() - System.nanoTime()), this::wake);
        }
        for (FetchedPartition partition : partitions) {
            if (!partition.isWaiting()) {
                partition.await(this::wake);
            }
        }
    }

    /** Another part of the client's fetch, at another broker, has found enough. */
    private void endWait() {
        waitEnded = true;
        wake();
    }

    /** Called by replicas, the timer and a cancelling connection, on any thread, also out of {@link #await}. */
    private void wake() {
        while (true) {
            State now = state.get();
            if (now == State.DONE || now == State.READ_AGAIN) {
                return;
            }
            if (now == State.WAITING && state.compareAndSet(State.WAITING, State.READING)) {
                runLater();
                return;
            }
            if (now == State.READING && state.compareAndSet(State.READING, State.READ_AGAIN)) {
                return;
            }
        }
    }

    private void runLater() {
        try {
            executor.execute(this::run);
        } catch (RejectedExecutionException e) {
            // The node is stopping; whoever wakes us is not to suffer from that.
            answer.completeExceptionally(e);
        }
    }

    /** A fetch that waited for long reads all once more: slices of a segment that was deleted meanwhile are of no use. */
    private void finishReading() {
        if (System.nanoTime() - context.receivedNanos() > STALE_SLICE_NANOS) {
            bytes = 0;
            for (FetchedPartition partition : partitions) {
                partition.read(limits.maxBytes() - bytes, bytes == 0, limits.readCommitted());
                bytes += partition.bytes();
            }
        }
    }

    private void stop() {
        state.set(State.DONE);
        if (cancelTimer != null) {
            cancelTimer.run();
            for (FetchedPartition partition : partitions) {
                partition.cancel();
            }
        }
    }

    private void finish() {
        stop();
        if (answer.isDone()) {
            return;
        }
        PartitionData[] results = new PartitionData[partitions.length];
        boolean wrongLeader = false;
        for (int i = 0; i < partitions.length; i++) {
            results[i] = partitions[i].answer(limits.readCommitted());
            wrongLeader |= isAboutLeader(results[i]);
            forOldClient(results[i]);
        }
        FetchResponseData response = fetch.answer(results);
        if (wrongLeader && context.apiVersion() >= FIRST_VERSION_WITH_LEADER) {
            nameLeaders(response, results);
        }
        answer.complete(response);
    }

    private static boolean isAboutLeader(PartitionData data) {
        return data.errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code()
                || data.errorCode() == Errors.FENCED_LEADER_EPOCH.code();
    }

    private void forOldClient(PartitionData data) {
        if (context.apiVersion() < FIRST_VERSION_WITH_STORAGE_ERROR
                && data.errorCode() == Errors.KAFKA_STORAGE_ERROR.code()) {
            data.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
        }
    }

    /** Asks for the image again: it may know the leader that made the read fail. */
    private void nameLeaders(FetchResponseData response, PartitionData[] results) {
        ClusterImage image = routing.image();
        for (int i = 0; i < results.length; i++) {
            PartitionImage partition = isAboutLeader(results[i])
                    ? image.partition(new PartitionId(partitions[i].topicId(), partitions[i].partition()))
                    : null;
            if (partition != null) {
                results[i].setCurrentLeader(
                        new LeaderIdAndEpoch().setLeaderId(partition.leader()).setLeaderEpoch(partition.leaderEpoch()));
                addEndpoint(response, Routing.address(image, partition.leader(), context.listener()));
            }
        }
    }

    private static void addEndpoint(FetchResponseData response, Routing.NodeAddress address) {
        if (address != null && response.nodeEndpoints().find(address.id()) == null) {
            response.nodeEndpoints()
                    .add(new NodeEndpoint()
                            .setNodeId(address.id())
                            .setHost(address.host())
                            .setPort(address.port())
                            .setRack(address.rack()));
        }
    }
}
