package dev.ahti.metadata;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;

/**
 * Brokers whose death is proven (rule 4) while the image still shows them as leaders: others lead within a second or so.
 * A client that is shown the dead leader again asks after ever longer pauses (KIP-580: 0.1, 0.2, 0.4 s), and so learns of
 * the new one up to 0.4 s late. Safe from any thread.
 */
final class ExpectedElections {
    /** After a proof. The election takes longer only where more than one broker has died, or the database is away. */
    private static final Duration LIMIT = Duration.ofMillis(1500);

    private final CurrentImage current;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final Map<Uuid, Long> provenAt = new ConcurrentHashMap<>();

    /** @param executor answers those who have waited */
    ExpectedElections(CurrentImage current, Executor executor, LongSupplier nanoTime) {
        this.current = current;
        this.executor = executor;
        this.nanoTime = nanoTime;
    }

    void died(Uuid incarnation) {
        provenAt.putIfAbsent(incarnation, nanoTime.getAsLong());
    }

    /** The image as soon as none of these topics is led by such a broker, or the time for that is over. */
    CompletionStage<ClusterImage> over(Collection<String> topics) {
        ClusterImage image = current.get();
        long left = provenAt.isEmpty() ? 0 : nanosLeft(image, topics);
        if (left <= 0) {
            return CompletableFuture.completedFuture(image);
        }
        return current.atLeast(image.version() + 1)
                .toCompletableFuture()
                .completeOnTimeout(image, left, TimeUnit.NANOSECONDS)
                .thenComposeAsync(changed -> over(topics), executor);
    }

    private long nanosLeft(ClusterImage image, Collection<String> topics) {
        provenAt.keySet().removeIf(incarnation -> image.brokers().values().stream()
                .noneMatch(broker -> broker.incarnation().equals(incarnation) && !broker.fenced()));
        long now = nanoTime.getAsLong();
        return topics.stream()
                .map(image::topic)
                .filter(Objects::nonNull)
                .map(TopicImage::partitions)
                .flatMap(Collection::stream)
                .map(PartitionImage::leader)
                .distinct()
                .map(image.brokers()::get)
                .filter(Objects::nonNull)
                .map(BrokerImage::incarnation)
                .map(provenAt::get)
                .filter(Objects::nonNull)
                .mapToLong(at -> at + LIMIT.toNanos() - now)
                .max()
                .orElse(0);
    }
}
