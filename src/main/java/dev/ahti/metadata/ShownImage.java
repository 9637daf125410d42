package dev.ahti.metadata;

import dev.ahti.metadata.Members.Member;
import dev.ahti.metadata.image.ClusterImage;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;

/** The image that the other members show to a broker which cannot register (rule 23): asked for one by one. */
final class ShownImage {
    private final BrokerIdentity identity;
    private final CurrentImage current;
    private final Members members;
    private final ActorRef<Publication> follower;
    private final Set<Long> asked = new HashSet<>();

    ShownImage(BrokerIdentity identity, CurrentImage current, Members members, ActorRef<Publication> follower) {
        this.identity = identity;
        this.current = current;
        this.members = members;
        this.follower = follower;
    }

    /** For what is newer than what there is here. On the first start an image would be of no use. */
    void ask(Member other) {
        if (!identity.clusterId().isEmpty()) {
            ClusterImage image = current.get();
            asked.add(other.uid());
            members.tell(
                    other,
                    new MetadataRelay.ShowImage(
                            new Publication.Wanted(image.metadataEpoch(), image.version(), follower)));
        }
    }

    /** One that knows this broker, once every other member was asked: one of them might be behind, and the newest counts. */
    Optional<ClusterImage> get() {
        ClusterImage image = current.get();
        Set<Long> others = members.current().stream()
                .filter(each -> !each.self())
                .map(Member::uid)
                .collect(Collectors.toSet());
        return asked.containsAll(others) && identity.isKnownIn(image) ? Optional.of(image) : Optional.empty();
    }

    /** Why this broker has no business among these others. */
    Optional<String> foreign() {
        return BrokerIdentity.foreign(identity.clusterId(), current.get().clusterId());
    }
}
