package dev.ahti.server;

import dev.ahti.metadata.CurrentImage;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.Done;

/**
 * When the next broker may be stopped: this one is unfenced, and back in the ISR of each of its partitions whose leader
 * lives. It is said once: a broker that falls behind later, or whose database is away, still serves what it leads.
 */
final class Readiness {
    private Readiness() {}

    /** Completes with the first image that says so, on the thread that shows it. */
    static CompletionStage<Done> of(int broker, CurrentImage current) {
        CompletableFuture<Done> ready = new CompletableFuture<>();
        current.onChange((before, after) -> complete(ready, broker, after));
        complete(ready, broker, current.get());
        return ready;
    }

    private static void complete(CompletableFuture<Done> ready, int broker, ClusterImage image) {
        if (!ready.isDone() && isInSync(broker, image)) {
            ready.complete(Done.getInstance());
        }
    }

    static boolean isInSync(int broker, ClusterImage image) {
        Optional<Uuid> incarnation =
                image.broker(broker).filter(BrokerImage::isLive).map(BrokerImage::incarnation);
        return incarnation.isPresent()
                && image.topics().values().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .filter(partition -> partition.hasReplica(broker) && image.isLive(partition.leader()))
                        .allMatch(partition -> partition.isr().contains(new IsrMember(broker, incarnation.get())));
    }
}
