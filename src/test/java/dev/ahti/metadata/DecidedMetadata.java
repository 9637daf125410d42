package dev.ahti.metadata;

import dev.ahti.metadata.Decision.Stamp;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.BrokerReady;
import dev.ahti.metadata.MetadataCommand.BrokerRegistration;
import dev.ahti.metadata.MetadataCommand.ControlledShutdown;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.DeclareDead;
import dev.ahti.metadata.MetadataCommand.DeleteTopics;
import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataCommand.Request;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;

/** The metadata's real decisions (elections, ISR) without cluster and database, for tests of those who live by them. */
public final class DecidedMetadata {
    private final Decisions decisions = new Decisions(MetadataNode.settings(1000), Uuid::randomUuid);
    private ClusterImage image = ClusterImage.empty();

    public synchronized ClusterImage image() {
        return image;
    }

    private synchronized void apply(Request request) {
        Decision decision = decisions.decide(image, request);
        image = Images.apply(image, decision);
        decision.answer().accept(new Stamp(1, image.version()));
    }

    private void tell(Function<TestInbox<Done>, Request> request) {
        TestInbox<Done> inbox = TestInbox.create();
        apply(request.apply(inbox));
        Done done = inbox.receiveMessage();
        if (done.error() != Errors.NONE) {
            throw done.error().exception(done.message());
        }
    }

    /** Its logs are intact unless said otherwise. */
    public void register(int broker, Uuid incarnation, boolean logsIntact) {
        tell(inbox -> new BrokerRegistration(
                broker,
                incarnation,
                new Uuid(9, broker),
                "",
                Images.registration(broker, null).endpoints(),
                Optional.empty(),
                Optional.empty(),
                1,
                logsIntact,
                null,
                inbox.getRef()));
    }

    public void ready(int broker, Uuid incarnation) {
        tell(inbox -> new BrokerReady(broker, incarnation, inbox.getRef()));
    }

    public void declareDead(int broker) {
        Uuid incarnation = image().brokers().get(broker).incarnation();
        tell(inbox -> new DeclareDead(broker, incarnation, "test", inbox.getRef()));
    }

    public void shutDown(int broker) {
        Uuid incarnation = image().brokers().get(broker).incarnation();
        tell(inbox -> new ControlledShutdown(broker, incarnation, inbox.getRef()));
    }

    public PartitionId createTopic(String name, List<Integer> replicas, Map<String, String> configs) {
        TestInbox<MetadataReply.TopicsReply> inbox = TestInbox.create();
        apply(new CreateTopics(
                List.of(new NewTopic(name, -1, (short) -1, Map.of(0, replicas), configs)), false, inbox.getRef()));
        return new PartitionId(inbox.receiveMessage().results().get(0).topicId(), 0);
    }

    public void deleteTopic(PartitionId id) {
        TestInbox<MetadataReply.TopicsReply> inbox = TestInbox.create();
        apply(new DeleteTopics(List.of(id.topicId()), inbox.getRef()));
        inbox.receiveMessage();
    }

    public PartitionImage partition(PartitionId id) {
        return image().partition(id);
    }

    public AlterPartitionReply proposeIsr(int broker, Uuid incarnation, List<IsrProposal> proposals) {
        TestInbox<AlterPartitionReply> inbox = TestInbox.create();
        apply(new AlterPartition(broker, incarnation, proposals, inbox.getRef()));
        return inbox.receiveMessage();
    }
}
