package dev.ahti.api.virtual;

import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.FakeMetadata;
import dev.ahti.api.NoReplicas;
import dev.ahti.log.PartitionLog;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplicas;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;

/** Brokers 1 to 3 as broker 1 sees them. Whatever is asked of any of them is kept here, for the test to answer. */
public final class ThreeBrokers implements OtherBrokers {
    public final FakeMetadata metadata = new FakeMetadata()
            .broker(1, FakeMetadata.LISTENER)
            .broker(2, FakeMetadata.LISTENER)
            .broker(3, FakeMetadata.LISTENER);
    public final List<Asked> asked = new ArrayList<>();
    private final Deque<Runnable> later = new ArrayDeque<>();

    /** One part, at one broker. */
    public record Asked(int broker, Part part, CompletableFuture<ApiMessage> answer) {
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        public <Q extends ApiMessage> Q request() {
            return (Q) part.request();
        }
    }

    /** So many partitions: 0 led by broker 1, 1 by broker 2, and so on round. */
    public Uuid topic(String name, int partitions) {
        Uuid id = metadata.topic(name, partitions, 1, 2, 3);
        for (int number = 0; number < partitions; number++) {
            lead(id, number, number % 3 + 1, 4);
        }
        return id;
    }

    public void lead(Uuid topic, int partition, int leader, int epoch) {
        metadata.apply(new SetPartitionLeader(new PartitionId(topic, partition), leader, epoch));
    }

    public AllBrokers brokers() {
        LocalReplicas replicas = new NoReplicas() {
            @Override
            public LocalReplica get(PartitionId id) {
                return new LedAsTheImageSays(id);
            }
        };
        LocalAnswers here = new LocalAnswers(replicas, (context, request) -> {
            Asked one = new Asked(1, new Part(context, request, List.of(), 0), new CompletableFuture<>());
            asked.add(one);
            return one.answer();
        });
        return new AllBrokers(1, metadata::image, here, this);
    }

    @Override
    public CompletionStage<ApiMessage> ask(int broker, Part part) {
        Asked one = new Asked(broker, part, new CompletableFuture<>());
        asked.add(one);
        return one.answer();
    }

    /** The only one that was asked of that broker and has no answer yet. */
    public Asked of(int broker) {
        List<Asked> open = asked.stream()
                .filter(each -> each.broker() == broker && !each.answer().isDone())
                .toList();
        if (open.size() != 1) {
            throw new AssertionError(open.size() + " parts are open at broker " + broker);
        }
        return open.get(0);
    }

    /** Its tasks run when the test says so. */
    public DeadlineTimer timer() {
        return (delayNanos, task) -> {
            later.add(task);
            return () -> later.remove(task);
        };
    }

    public int tasks() {
        return later.size();
    }

    public void runNextTask() {
        later.remove().run();
    }

    private final class LedAsTheImageSays implements LocalReplica {
        private final PartitionId id;

        LedAsTheImageSays(PartitionId id) {
            this.id = id;
        }

        @Override
        public PartitionId id() {
            return id;
        }

        @Override
        public Leadership leadership() {
            var partition = metadata.image().partition(id);
            return new Leadership(partition.leader(), partition.leaderEpoch(), partition.leader() == 1, 0, 0);
        }

        @Override
        public PartitionLog log() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void appendAsCoordinator(
                CoordinatorBatch batch, Consumer<org.apache.kafka.common.protocol.Errors> whenDone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void append(
                org.apache.kafka.common.record.internal.MemoryRecords records,
                short acks,
                long deadlineNanos,
                Consumer<AppendResult> whenDone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ReadResult read(ReadRequest request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Runnable onReadable(long offset, Consumer<LocalReplica> wake) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void deleteRecords(long offset, long deadlineNanos, Consumer<DeleteResult> whenDone) {
            throw new UnsupportedOperationException();
        }
    }
}
