package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.AllocateProducerIds;
import dev.ahti.metadata.MetadataCommand.BrokerReady;
import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataCommand.BrokerRequest;
import dev.ahti.metadata.MetadataCommand.CheckJournal;
import dev.ahti.metadata.MetadataCommand.ControlledShutdown;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.RemoveBroker;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.MetadataReply.ProducerIdsReply;
import dev.ahti.metadata.event.FenceBroker;
import dev.ahti.metadata.event.RegisterBroker;
import dev.ahti.metadata.event.ReserveProducerIds;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.metadata.event.ShutDownBroker;
import dev.ahti.metadata.event.UnfenceBroker;
import dev.ahti.metadata.event.UnregisterBroker;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The life of a broker in the metadata.
 *
 * <pre>
 *   (unknown) --BrokerRegistration--> fenced --BrokerReady--> live --ControlledShutdown--> shutting down
 *                     ^                  ^                     |                              |
 *                     |                  +----DeclareDead------+------------------------------+
 *                     +---- a new incarnation registers: from every state, fencing the earlier one
 * </pre>
 */
final class BrokerDecisions {
    private final Election election;

    BrokerDecisions(Election election) {
        this.election = election;
    }

    Decision decide(ClusterImage image, BrokerRequest request) {
        Draft draft = new Draft(image);
        try {
            if (request instanceof BrokerRegistration registration) {
                register(draft, registration);
            } else if (request instanceof BrokerReady ready) {
                unfence(draft, ready);
            } else if (request instanceof ControlledShutdown shutdown) {
                shutDown(draft, shutdown);
            } else if (request instanceof DeclareDead dead) {
                declareDead(draft, dead);
            } else if (request instanceof RemoveBroker removal) {
                remove(draft, removal.broker());
            } else if (request instanceof CheckJournal) {
                draft.add(new SetFeature(MetadataSettings.METADATA_VERSION_FEATURE, level(image)));
            }
        } catch (Refused refused) {
            return refusal(request.replyTo(), refused);
        }
        return new Decision(draft.events(), stamp -> request.replyTo()
                .tell(new Done(stamp.epoch(), stamp.version(), Errors.NONE, null)));
    }

    /** Rules 1, 2 and 18. Whether another directory under this id is still in session has been checked before. */
    private void register(Draft draft, BrokerRegistration registration) {
        ClusterImage image = draft.image();
        BrokerIdentity.foreign(registration.clusterId(), image.clusterId()).ifPresent(reason -> {
            throw new Refused(Errors.INCONSISTENT_CLUSTER_ID, reason);
        });
        short needed = level(image);
        if (registration.metadataVersion() < needed) {
            throw new Refused(
                    Errors.UNSUPPORTED_VERSION,
                    "the cluster uses " + MetadataSettings.METADATA_VERSION_FEATURE + " " + needed
                            + ", this broker knows up to " + registration.metadataVersion());
        }
        BrokerImage earlier = image.brokers().get(registration.broker());
        if (earlier != null) {
            if (earlier.incarnation().equals(registration.incarnation())) {
                return; // The answer to the first try was lost.
            }
            supersede(draft, earlier, registration);
        }
        draft.add(new RegisterBroker(
                registration.broker(),
                registration.incarnation(),
                registration.directoryId(),
                registration.endpoints(),
                registration.rack(),
                registration.peerAddress(),
                registration.metadataVersion()));
    }

    private void supersede(Draft draft, BrokerImage earlier, BrokerRegistration registration) {
        if (!earlier.fenced()) {
            fence(draft, earlier);
        }
        boolean newDirectory = !earlier.directoryId().equals(registration.directoryId());
        if (newDirectory || !registration.logsIntact()) {
            election.brokerLostItsTail(draft, earlier.id(), newDirectory);
        }
    }

    private void fence(Draft draft, BrokerImage broker) {
        draft.add(new FenceBroker(broker.id(), broker.incarnation()));
        election.brokerLeaves(draft, broker.id());
    }

    private void unfence(Draft draft, BrokerReady ready) {
        BrokerImage broker = current(draft.image(), ready.broker(), ready.incarnation());
        if (broker.fenced()) {
            draft.add(new UnfenceBroker(broker.id(), broker.incarnation()));
            election.brokerReturns(draft, broker.id());
        }
    }

    private void shutDown(Draft draft, ControlledShutdown shutdown) {
        BrokerImage broker = current(draft.image(), shutdown.broker(), shutdown.incarnation());
        if (broker.isLive()) {
            draft.add(new ShutDownBroker(broker.id(), broker.incarnation()));
            election.brokerLeaves(draft, broker.id());
        }
    }

    private void declareDead(Draft draft, DeclareDead dead) {
        BrokerImage broker = current(draft.image(), dead.broker(), dead.incarnation());
        if (!broker.fenced()) {
            fence(draft, broker);
        }
    }

    /**
     * Kafka takes this of any broker. Here not while it runs, nor while it is the one that a partition waits for: it would
     * register again, its directory unknown, and the partition would wait for ever.
     */
    private void remove(Draft draft, int id) {
        BrokerImage broker = draft.image().brokers().get(id);
        if (broker == null) {
            throw new Refused(Errors.BROKER_ID_NOT_REGISTERED, "Broker ID " + id + " is not currently registered");
        }
        if (!broker.fenced()) {
            throw new Refused(Errors.INVALID_REQUEST, "Broker ID " + id + " is still running: stop it first");
        }
        for (TopicImage topic : draft.image().topics().values()) {
            for (PartitionImage partition : topic.partitions()) {
                if (partition.leader() == PartitionImage.NO_LEADER
                        && (partition.elr().contains(id) || partition.lastKnownLeader() == id)) {
                    throw new Refused(
                            Errors.INVALID_REQUEST,
                            "Broker ID " + id + " holds the last records of " + topic.name() + "-"
                                    + partition.id().partition() + ": start it again, or delete the topic");
                }
            }
        }
        // Another directory may register under this id: it must not be taken for what this one held.
        election.brokerLostItsTail(draft, id, true);
        draft.add(new UnregisterBroker(id));
    }

    private static short level(ClusterImage image) {
        return image.features().getOrDefault(MetadataSettings.METADATA_VERSION_FEATURE, (short) 0);
    }

    private static BrokerImage current(ClusterImage image, int id, Uuid incarnation) {
        BrokerImage broker = image.brokers().get(id);
        if (broker == null || !broker.incarnation().equals(incarnation)) {
            throw new Refused(Errors.STALE_BROKER_EPOCH, "broker " + id + " is not registered in this incarnation");
        }
        return broker;
    }

    private static Decision refusal(ActorRef<Done> replyTo, Refused refused) {
        return new Decision(
                List.of(),
                stamp -> replyTo.tell(new Done(stamp.epoch(), stamp.version(), refused.error(), refused.getMessage())));
    }

    Decision allocateProducerIds(ClusterImage image, AllocateProducerIds request) {
        long first = image.nextProducerId();
        int count = MetadataSettings.PRODUCER_IDS_BLOCK;
        return new Decision(List.of(new ReserveProducerIds(request.broker(), first, count)), stamp -> request.replyTo()
                .tell(new ProducerIdsReply(stamp.epoch(), stamp.version(), Errors.NONE, first, count)));
    }
}
