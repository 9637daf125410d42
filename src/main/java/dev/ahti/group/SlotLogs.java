package dev.ahti.group;

import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplica.Leadership;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/** Where the coordinators of this broker write: each to the latest {@link SlotLog} of its slot, which its loading has opened. */
final class SlotLogs implements PartitionWriter {
    private final ConcurrentHashMap<Integer, LocalReplica> led = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, SlotLog> open = new ConcurrentHashMap<>();
    private final SlotsInService inService = new SlotsInService();
    private final Consumer<SlotLog> onFailure;

    SlotLogs(Consumer<SlotLog> onFailure) {
        this.onFailure = onFailure;
    }

    /** Before the slot is loaded. */
    void lead(int slot, LocalReplica replica) {
        led.put(slot, replica);
    }

    /** Before the coordinator is told. */
    void resign(int slot) {
        led.remove(slot);
        open.remove(slot);
        inService.left(slot);
    }

    /** The coordinator of this incarnation answers requests from now on. */
    void serves(SlotLog log) {
        whileLatest(log, () -> inService.entered(log.partition().partition()));
    }

    SlotsInService inService() {
        return inService;
    }

    /**
     * A new incarnation, in the slot's own turn: after whatever the one before it has sent, and before anything of this one.
     * Empty where this broker does not lead any more.
     */
    Optional<SlotLog> open(TopicPartition partition) {
        LocalReplica replica = led.get(partition.partition());
        Leadership now = replica == null ? null : replica.leadership();
        if (now == null || !now.leading()) {
            return Optional.empty();
        }
        SlotLog fresh = new SlotLog(replica, now.leaderEpoch(), onFailure);
        open.put(partition.partition(), fresh);
        return Optional.of(fresh);
    }

    /** Runs {@code action} unless the incarnation was resigned, or another has taken its place; never beside either. */
    void whileLatest(SlotLog log, Runnable action) {
        open.computeIfPresent(log.partition().partition(), (slot, latest) -> {
            if (latest.equals(log)) {
                action.run();
            }
            return latest;
        });
    }

    private SlotLog at(TopicPartition partition) {
        SlotLog log = open.get(partition.partition());
        if (log == null) {
            throw Errors.NOT_LEADER_OR_FOLLOWER.exception();
        }
        return log;
    }

    @Override
    public LogConfig config(TopicPartition partition) {
        return at(partition).config();
    }

    @Override
    public long append(
            TopicPartition partition, VerificationGuard guard, MemoryRecords records, short transactionVersion) {
        return at(partition).append(records, transactionVersion);
    }

    @Override
    public void registerListener(TopicPartition partition, Listener listener) {
        at(partition).listen(listener);
    }

    @Override
    public void deregisterListener(TopicPartition partition, Listener listener) {
        SlotLog log = open.get(partition.partition());
        if (log != null) {
            log.stopListening();
        }
    }

    /** Belongs to transactions, which are not served yet. */
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transactionalId, long producerId, short producerEpoch, int apiVersion) {
        return CompletableFuture.failedFuture(Errors.UNSUPPORTED_VERSION.exception());
    }

    /** The group coordinator deletes by tombstones; only that of share groups asks for this. */
    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long beforeOffset) {
        return CompletableFuture.failedFuture(Errors.UNSUPPORTED_VERSION.exception());
    }
}
