package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.RegisterBroker;
import dev.ahti.metadata.event.UnfenceBroker;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PeerAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;

/** Images to begin a test with. */
final class Images {
    private Images() {}

    static Uuid incarnation(int broker) {
        return new Uuid(7, broker);
    }

    static RegisterBroker registration(int broker, String rack) {
        return new RegisterBroker(
                broker,
                incarnation(broker),
                new Uuid(9, broker),
                List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "host" + broker, 9092)),
                Optional.ofNullable(rack),
                Optional.of(new PeerAddress("host" + broker, 2552, broker)),
                1);
    }

    /** Brokers 1 to {@code count}, all live. */
    static ClusterImage live(int count) {
        ClusterImage image = ClusterImage.empty();
        for (int broker = 1; broker <= count; broker++) {
            image = apply(image, registration(broker, null), new UnfenceBroker(broker, incarnation(broker)));
        }
        return image;
    }

    static ClusterImage apply(ClusterImage image, MetadataEvent... events) {
        ClusterImage result = image;
        for (MetadataEvent event : events) {
            result = event.applyTo(result);
        }
        return result;
    }

    static ClusterImage apply(ClusterImage image, Decision decision) {
        return apply(image, decision.events().toArray(MetadataEvent[]::new));
    }

    /** What the decision answers, without an actor: at epoch 1, version 1. */
    static <R> R answer(Class<R> type, Function<ActorRef<R>, Decision> decide) {
        TestInbox<R> inbox = TestInbox.create();
        decide.apply(inbox.getRef()).answer().accept(new Decision.Stamp(1, 1));
        return type.cast(inbox.receiveMessage());
    }

    static List<IsrMember> members(int... brokers) {
        return java.util.Arrays.stream(brokers)
                .mapToObj(broker -> new IsrMember(broker, incarnation(broker)))
                .toList();
    }

    static PartitionImage only(ClusterImage image) {
        return image.topics().values().iterator().next().partition(0);
    }
}
