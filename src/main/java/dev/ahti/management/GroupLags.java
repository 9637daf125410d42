package dev.ahti.management;

import dev.ahti.api.groups.CommittedOffsets.Group;
import dev.ahti.management.GroupLag.PartitionLag;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metrics.GroupLagMetrics;
import dev.ahti.replica.LogPositions;
import dev.ahti.replica.LogPositions.Found;
import dev.ahti.replica.LogPositions.Position;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * The lag of the groups that this broker coordinates: their commits from its own coordinator, the ends of the logs and the
 * times of records from the leaders. Found when somebody asks, at most once in some seconds however many ask, and in a
 * bounded time: a leader that has more to say than it can say in that is left out for the rest.
 */
public final class GroupLags {
    private static final long KEPT_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long PATIENCE_NANOS = Duration.ofSeconds(3).toNanos();

    private final Supplier<CompletionStage<List<Group>>> committed;
    private final Supplier<ClusterImage> image;
    private final LogPositions.Leaders leaders;
    private final GroupLagMetrics metrics;
    private final LongSupplier nanos;
    private final LongSupplier millis;
    private CompletableFuture<List<GroupLag>> latest;
    private long begunNanos;

    /**
     * @param committed what this broker's groups have committed
     * @param nanos as {@code System.nanoTime()}
     * @param millis as {@code System.currentTimeMillis()}
     */
    public GroupLags(
            Supplier<CompletionStage<List<Group>>> committed,
            Supplier<ClusterImage> image,
            LogPositions.Leaders leaders,
            GroupLagMetrics metrics,
            LongSupplier nanos,
            LongSupplier millis) {
        this.committed = committed;
        this.image = image;
        this.leaders = leaders;
        this.metrics = metrics;
        this.nanos = nanos;
        this.millis = millis;
    }

    /** Sorted by name; some seconds old at most. Fails where this broker may be cut off. */
    public synchronized CompletionStage<List<GroupLag>> all() {
        long now = nanos.getAsLong();
        if (latest == null || (latest.isDone() && now - begunNanos > KEPT_NANOS)) {
            begunNanos = now;
            latest = committed.get().thenCompose(this::compare).toCompletableFuture();
        }
        return latest.copy();
    }

    /** What was found last. */
    public GroupLagMetrics metrics() {
        return metrics;
    }

    private CompletionStage<List<GroupLag>> compare(List<Group> groups) {
        ClusterImage now = image.get();
        Map<Integer, Set<Position>> byLeader = new LinkedHashMap<>();
        for (Group group : groups) {
            group.offsets().forEach((partition, offset) -> {
                PartitionImage shown = partition(now, partition);
                if (shown != null && shown.leader() != PartitionImage.NO_LEADER) {
                    byLeader.computeIfAbsent(shown.leader(), broker -> new LinkedHashSet<>())
                            .add(new Position(shown.id(), offset));
                }
            });
        }
        long deadline = nanos.getAsLong() + PATIENCE_NANOS;
        List<CompletableFuture<Map<Position, Found>>> asked = byLeader.entrySet().stream()
                .map(each -> ask(each.getKey(), List.copyOf(each.getValue()), 0, new LinkedHashMap<>(), deadline))
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(all -> {
            Map<Position, Found> found = new LinkedHashMap<>();
            asked.forEach(each -> found.putAll(each.join()));
            return found(groups, now, found);
        });
    }

    /** One question after the other, so that a leader has never more than one of them before it. */
    private CompletableFuture<Map<Position, Found>> ask(
            int broker, List<Position> positions, int from, Map<Position, Found> found, long deadline) {
        if (from >= positions.size() || nanos.getAsLong() - deadline > 0) {
            return CompletableFuture.completedFuture(found);
        }
        int to = Math.min(from + LogPositions.MAX_POSITIONS, positions.size());
        return leaders.ask(broker, positions.subList(from, to))
                .thenApply(answer -> {
                    answer.forEach(each -> found.put(each.position(), each));
                    return true;
                })
                .exceptionally(failure -> false)
                .thenCompose(answered -> answered
                        ? ask(broker, positions, to, found, deadline)
                        : CompletableFuture.completedFuture(found))
                .toCompletableFuture();
    }

    private List<GroupLag> found(List<Group> groups, ClusterImage image, Map<Position, Found> found) {
        long nowMs = millis.getAsLong();
        List<GroupLag> lags = groups.stream()
                .map(group -> new GroupLag(
                        group.name(),
                        group.type(),
                        group.protocolType(),
                        group.state(),
                        group.offsets().entrySet().stream()
                                .filter(each -> partition(image, each.getKey()) != null)
                                .map(each -> lag(each.getKey(), each.getValue(), image, found, nowMs))
                                .sorted(Comparator.comparing((PartitionLag each) ->
                                                each.partition().topic())
                                        .thenComparing(each -> each.partition().partition()))
                                .toList()))
                .sorted(Comparator.comparing(GroupLag::group))
                .toList();
        metrics.found(lags.stream()
                .flatMap(group -> group.partitions().stream().map(each -> gauge(group.group(), each)))
                .toList());
        return lags;
    }

    private static PartitionImage partition(ClusterImage image, TopicPartition partition) {
        return image.partition(partition.topic(), partition.partition());
    }

    private static PartitionLag lag(
            TopicPartition partition,
            long committedOffset,
            ClusterImage image,
            Map<Position, Found> answers,
            long nowMs) {
        Found found = answers.get(new Position(partition(image, partition).id(), committedOffset));
        if (found == null) {
            return new PartitionLag(
                    partition, committedOffset, OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.empty());
        }
        return new PartitionLag(
                partition,
                committedOffset,
                OptionalLong.of(found.highWatermark()),
                OptionalLong.of(Math.max(0, found.highWatermark() - committedOffset)),
                seconds(found.timestampMs(), nowMs));
    }

    /** What ends transactions is counted as Kafka's tools count it, but nobody waits for it. */
    private static OptionalDouble seconds(long timestampMs, long nowMs) {
        if (timestampMs == LogPositions.NO_RECORD) {
            return OptionalDouble.of(0);
        }
        return timestampMs == LogPositions.NO_TIME
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.max(0, nowMs - timestampMs) / 1000.0);
    }

    private static GroupLagMetrics.Lag gauge(String group, PartitionLag lag) {
        return new GroupLagMetrics.Lag(
                group,
                lag.partition().topic(),
                lag.partition().partition(),
                lag.records().orElse(-1),
                lag.seconds().orElse(-1));
    }
}
