package dev.ahti.metadata;

import dev.ahti.metadata.MetadataClient.ConfigChange;
import dev.ahti.metadata.MetadataClient.ConfigResult;
import dev.ahti.metadata.MetadataClient.ElectionResult;
import dev.ahti.metadata.MetadataClient.FeatureUpdate;
import dev.ahti.metadata.MetadataClient.MorePartitions;
import dev.ahti.metadata.MetadataClient.NamedPartition;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.ConfigsReply;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.MetadataReply.ElectionReply;
import dev.ahti.metadata.MetadataReply.HeartbeatReply;
import dev.ahti.metadata.MetadataReply.ProducerIdsReply;
import dev.ahti.metadata.MetadataReply.TopicsReply;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.model.Endpoint;
import dev.ahti.model.PartitionId;
import dev.ahti.model.PeerAddress;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;

/** What nodes ask of the singleton. */
public sealed interface MetadataCommand extends MetadataSingleton.Message, ClusterMessage {

    /** Needs a decision and perhaps a persist: waits its turn, and is refused when it cannot get one. */
    sealed interface Request extends MetadataCommand {
        /** Answers every part of the request with this error. */
        void refuse(int epoch, Errors error, String message);
    }

    /** Says something about a broker: taken before the new singleton takes other requests (rule 7). */
    sealed interface BrokerRequest extends Request {
        ActorRef<Done> replyTo();

        @Override
        default void refuse(int epoch, Errors error, String message) {
            replyTo().tell(new Done(epoch, 0, error, message));
        }
    }

    record CreateTopics(List<NewTopic> topics, boolean validateOnly, ActorRef<TopicsReply> replyTo) implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            replyTo.tell(new TopicsReply(
                    epoch,
                    0,
                    topics.stream()
                            .map(topic -> TopicDecisions.failed(topic.name(), Uuid.ZERO_UUID, error, message))
                            .toList()));
        }
    }

    record DeleteTopics(List<Uuid> topics, ActorRef<TopicsReply> replyTo) implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            replyTo.tell(new TopicsReply(
                    epoch,
                    0,
                    topics.stream()
                            .map(id -> TopicDecisions.failed(null, id, error, message))
                            .toList()));
        }
    }

    record CreatePartitions(List<MorePartitions> topics, boolean validateOnly, ActorRef<TopicsReply> replyTo)
            implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            List<TopicResult> results = topics.stream()
                    .map(topic -> TopicDecisions.failed(topic.topic(), Uuid.ZERO_UUID, error, message))
                    .toList();
            replyTo.tell(new TopicsReply(epoch, 0, results));
        }
    }

    record AlterConfigs(List<ConfigChange> changes, boolean validateOnly, ActorRef<ConfigsReply> replyTo)
            implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            replyTo.tell(new ConfigsReply(
                    epoch,
                    0,
                    changes.stream()
                            .map(change -> new ConfigResult(change.resource(), error, message))
                            .toList()));
        }
    }

    record AllocateProducerIds(int broker, ActorRef<ProducerIdsReply> replyTo) implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            replyTo.tell(new ProducerIdsReply(epoch, 0, error, -1, 0));
        }
    }

    /** One partition's new ISR, as its leader proposes it (rule 9). */
    record IsrProposal(PartitionId partition, int leaderEpoch, int partitionEpoch, List<IsrMember> isr) {}

    /** All proposals that a leader has at the moment. */
    record AlterPartition(
            int broker, Uuid incarnation, List<IsrProposal> proposals, ActorRef<AlterPartitionReply> replyTo)
            implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            replyTo.tell(new AlterPartitionReply(epoch, 0, error, List.of()));
        }

        /** Passed on by another broker, which takes the answer back. */
        AlterPartition answeredTo(ActorRef<AlterPartitionReply> other) {
            return new AlterPartition(broker, incarnation, proposals, other);
        }
    }

    record ElectLeaders(ElectionType type, List<NamedPartition> partitions, ActorRef<ElectionReply> replyTo)
            implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            replyTo.tell(new ElectionReply(
                    epoch,
                    0,
                    partitions.stream()
                            .map(partition -> new ElectionResult(partition, error, message))
                            .toList()));
        }
    }

    /** The singleton's to itself: some of the partitions that their preferred leader could lead, and does not. */
    record RebalanceLeaders() implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            // The next one comes by itself.
        }
    }

    record UpdateFeatures(List<FeatureUpdate> updates, boolean validateOnly, ActorRef<Done> replyTo)
            implements Request {
        @Override
        public void refuse(int epoch, Errors error, String message) {
            replyTo.tell(new Done(epoch, 0, error, message));
        }
    }

    /**
     * @param clusterId "" if the data directory has none yet
     * @param logsIntact whether its logs hold what they held: a clean stop, or the kernel still the same (rule 18)
     * @param follower gets what is published from now on
     */
    record BrokerRegistration(
            int broker,
            Uuid incarnation,
            Uuid directoryId,
            String clusterId,
            List<Endpoint> endpoints,
            Optional<String> rack,
            Optional<PeerAddress> peerAddress,
            int metadataVersion,
            boolean logsIntact,
            ActorRef<Publication> follower,
            ActorRef<Done> replyTo)
            implements BrokerRequest {}

    /** The broker has opened its logs: it may lead. */
    record BrokerReady(int broker, Uuid incarnation, ActorRef<Done> replyTo) implements BrokerRequest {}

    /** Move everything away from the broker, which is about to stop (rule 19). */
    record ControlledShutdown(int broker, Uuid incarnation, ActorRef<Done> replyTo) implements BrokerRequest {}

    /** The broker's session is lost or its death is proven (rules 3 to 5). */
    record DeclareDead(int broker, Uuid incarnation, String reason, ActorRef<Done> replyTo) implements BrokerRequest {

        static DeclareDead of(BrokerImage broker, String reason, ActorRef<Done> replyTo) {
            return new DeclareDead(broker.id(), broker.incarnation(), reason, replyTo);
        }

        /** Whether {@code other} says the same. */
        boolean isAbout(Request other) {
            return other instanceof DeclareDead dead && dead.incarnation().equals(incarnation);
        }
    }

    /**
     * The singleton's to itself: a broker's image is ahead of ours. Either another singleton has taken over, then the
     * journal refuses the write; or it takes it, and has lost what that broker saw (rule 22).
     */
    record CheckJournal(int broker, long version, int epoch, ActorRef<Done> replyTo) implements BrokerRequest {}

    /** The broker is gone for good: fenced already. */
    record RemoveBroker(int broker, ActorRef<Done> replyTo) implements BrokerRequest {}

    /**
     * @param imageVersion version of the broker's image
     * @param imageEpoch metadata epoch of that image
     * @param imageEpochId its id, if it has one
     */
    record BrokerHeartbeat(
            int broker,
            Uuid incarnation,
            long imageVersion,
            int imageEpoch,
            Optional<Uuid> imageEpochId,
            ActorRef<Publication> follower,
            ActorRef<HeartbeatReply> replyTo)
            implements MetadataCommand {

        /** Passed on by another broker, which takes the answer back. */
        BrokerHeartbeat answeredTo(ActorRef<HeartbeatReply> other) {
            return new BrokerHeartbeat(broker, incarnation, imageVersion, imageEpoch, imageEpochId, follower, other);
        }
    }

    /** This broker reaches the database, which the singleton does not (rule 23). */
    record DatabaseReachable(int broker) implements MetadataCommand {}

    /** A follower has a gap: send what comes after {@code version}, or a snapshot. */
    record FetchImage(long version, ActorRef<Publication> follower) implements MetadataCommand {}
}
