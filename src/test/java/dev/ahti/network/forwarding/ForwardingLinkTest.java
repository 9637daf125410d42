package dev.ahti.network.forwarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.api.CloseConnection;
import dev.ahti.api.NoReplicas;
import dev.ahti.api.RequestDispatcher;
import dev.ahti.api.virtual.ExpectedLeader;
import dev.ahti.api.virtual.LocalAnswers;
import dev.ahti.api.virtual.NothingDone;
import dev.ahti.api.virtual.OutcomeUnknown;
import dev.ahti.api.virtual.Part;
import dev.ahti.model.PartitionId;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.LocalReplicas;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.Test;

/** Both ends of a connection over which requests are handed on. */
class ForwardingLinkTest {
    private static final LocalReplicas NO_REPLICAS = new NoReplicas();

    private final FakeConnection here = new FakeConnection();
    private final FakeConnection there = new FakeConnection();
    private final List<Runnable> timers = new ArrayList<>();
    private final ForwardingLink link = new ForwardingLink(
            here,
            (delay, task) -> {
                timers.add(task);
                return () -> timers.remove(task);
            },
            () -> {});
    private final List<Handled> handled = new ArrayList<>();
    private final RequestDispatcher dispatcher = (context, request) -> {
        Handled one = new Handled(context, request, new CompletableFuture<>());
        handled.add(one);
        return one.answer();
    };
    private final ForwardedRequests serving =
            new ForwardedRequests(there, () -> new LocalAnswers(NO_REPLICAS, dispatcher));

    private record Handled(RequestContext context, ApiMessage request, CompletableFuture<ApiMessage> answer) {}

    @Test
    void aRequestArrivesWithWhoAsksAndHowAndItsAnswerComesBack() {
        RequestContext asked = context(ApiKeys.LIST_OFFSETS, 8);
        CompletableFuture<ApiMessage> answer = ask(asked, new ListOffsetsRequestData().setReplicaId(-1));
        FakeConnection.carry(link, serving);

        RequestContext seen = handled.get(0).context();
        assertThat(seen)
                .usingRecursiveComparison()
                .ignoringFields("receivedNanos", "endWait")
                .isEqualTo(asked);
        assertThat(seen.receivedNanos() - asked.receivedNanos())
                .as("as old as it is in truth, but for the way")
                .isBetween(0L, TimeUnit.SECONDS.toNanos(20));
        ListOffsetsResponseData response = new ListOffsetsResponseData().setThrottleTimeMs(7);
        handled.get(0).answer().complete(response);
        FakeConnection.carry(serving, link);

        assertThat(answer).isCompletedWithValue(response);
    }

    @Test
    void whatIsExpectedToBeLedAndIsNotIsNotBegun() {
        Part part = new Part(
                context(ApiKeys.LIST_OFFSETS, 8),
                new ListOffsetsRequestData(),
                List.of(new ExpectedLeader(new PartitionId(new Uuid(1, 2), 3), 4)),
                in(30));
        CompletableFuture<ApiMessage> answer = link.ask(part).toCompletableFuture();
        FakeConnection.carry(link, serving);
        FakeConnection.carry(serving, link);

        assertThat(handled).isEmpty();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(NothingDone.class);
    }

    @Test
    void produceWithoutAcksIsAnsweredByNothingOrByClosingTheConnection() {
        CompletableFuture<ApiMessage> good = ask(context(ApiKeys.PRODUCE, 13), new ProduceRequestData());
        CompletableFuture<ApiMessage> refused = ask(context(ApiKeys.PRODUCE, 13), new ProduceRequestData());
        FakeConnection.carry(link, serving);
        handled.get(1).answer().completeExceptionally(new CloseConnection("not here"));
        handled.get(0).answer().complete(null);
        FakeConnection.carry(serving, link);

        assertThat(good).isCompletedWithValue(null);
        assertThatThrownBy(refused::join)
                .hasCauseInstanceOf(CloseConnection.class)
                .hasMessageContaining("not here");
    }

    @Test
    void requestsLeaveInTheirOrderAndNotTooManyAtOnce() {
        int more = ForwardingLink.MAX_UNANSWERED + 10;
        for (int i = 0; i < more; i++) {
            ask(context(ApiKeys.LIST_OFFSETS, 8), new ListOffsetsRequestData().setReplicaId(i));
        }
        assertThat(FakeConnection.carry(link, serving)).isEqualTo(ForwardingLink.MAX_UNANSWERED);
        for (int i = 0; i < 10; i++) {
            handled.get(i).answer().complete(new ListOffsetsResponseData());
        }
        FakeConnection.carry(serving, link);
        assertThat(FakeConnection.carry(link, serving)).isEqualTo(10);

        assertThat(there.closed).isNull();
        for (int i = 0; i < more; i++) {
            assertThat(((ListOffsetsRequestData) handled.get(i).request()).replicaId())
                    .isEqualTo(i);
        }
    }

    @Test
    void whenTheConnectionBreaksWhatWasNotSentIsNotBegunAndTheRestIsUnknown() {
        CompletableFuture<ApiMessage> sent = ask(context(ApiKeys.PRODUCE, 13), new ProduceRequestData());
        FakeConnection.carry(link, serving);
        CompletableFuture<ApiMessage> unsent = ask(context(ApiKeys.PRODUCE, 13), new ProduceRequestData());
        link.onClosed();
        CompletableFuture<ApiMessage> later = ask(context(ApiKeys.PRODUCE, 13), new ProduceRequestData());

        assertThatThrownBy(sent::join).hasCauseInstanceOf(OutcomeUnknown.class);
        assertThatThrownBy(unsent::join).hasCauseInstanceOf(NothingDone.class);
        assertThatThrownBy(later::join).hasCauseInstanceOf(NothingDone.class);
    }

    @Test
    void thereIsAnAnswerInTimeWhateverTheOtherBrokerDoes() {
        CompletableFuture<ApiMessage> sent = ask(context(ApiKeys.PRODUCE, 13), new ProduceRequestData());
        FakeConnection.carry(link, serving);
        CompletableFuture<ApiMessage> waiting = ask(context(ApiKeys.PRODUCE, 13), new ProduceRequestData());
        List.copyOf(timers).forEach(Runnable::run);

        assertThatThrownBy(sent::join).hasCauseInstanceOf(OutcomeUnknown.class);
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(NothingDone.class);
        assertThat(FakeConnection.carry(link, serving))
                .as("nothing is sent after that")
                .isZero();
        handled.get(0).answer().complete(null);
        FakeConnection.carry(serving, link);
        assertThat(here.closed).as("a late answer is none too many").isNull();
        assertThat(timers).isEmpty();
    }

    @Test
    void whatHasHadToWaitTooLongIsNotBegun() {
        Part part = new Part(context(ApiKeys.PRODUCE, 13), new ProduceRequestData(), List.of(), System.nanoTime() - 1);
        CompletableFuture<ApiMessage> answer = link.ask(part).toCompletableFuture();

        assertThat(FakeConnection.carry(link, serving)).isZero();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(NothingDone.class);
    }

    @Test
    void theEndOfAWaitGoesToTheOtherBroker() {
        CompletableFuture<Void> endWait = new CompletableFuture<>();
        ask(context(ApiKeys.FETCH, 17).withEndWait(endWait), new FetchRequestData());
        FakeConnection.carry(link, serving);
        assertThat(handled.get(0).context().endWait()).isNotDone();
        endWait.complete(null);
        FakeConnection.carry(link, serving);
        assertThat(handled.get(0).context().endWait()).isDone();

        // One that had ended before the request was sent goes right behind it.
        ask(context(ApiKeys.FETCH, 17).withEndWait(endWait), new FetchRequestData());
        FakeConnection.carry(link, serving);
        assertThat(handled.get(1).context().endWait()).isDone();
    }

    @Test
    void whoeverIsAskedAndLosesTheConnectionWaitsNoLonger() {
        ask(context(ApiKeys.FETCH, 17), new FetchRequestData());
        FakeConnection.carry(link, serving);
        serving.onClosed();

        assertThat(handled.get(0).context().endWait()).isDone();
        handled.get(0).answer().complete(new FetchResponseData());
    }

    @Test
    void anAnswerThatNobodyAskedForClosesTheConnection() {
        link.onFrame(ByteBuffer.wrap(new byte[] {2, 0, 0, 0, 9}));
        assertThat(here.closed).contains("not asked");
    }

    @Test
    void anAnswerThatCannotBeReadClosesTheConnectionAndItsRequestIsUnknown() {
        CompletableFuture<ApiMessage> answer = ask(context(ApiKeys.LIST_OFFSETS, 8), new ListOffsetsRequestData());
        link.next();
        link.onFrame(ByteBuffer.wrap(new byte[] {1, 0, 0, 0, 1, 5}));

        assertThat(here.closed).isNotNull();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void moreRequestsThanABrokerHandsOnAtOnceCloseTheConnection() {
        for (int i = 0; i <= ForwardingLink.MAX_UNANSWERED; i++) {
            serving.onFrame(frame(i + 1));
        }
        assertThat(there.closed).contains("more requests");
    }

    @Test
    void oneNumberTwiceClosesTheConnection() {
        serving.onFrame(frame(1, List.of()));
        serving.onFrame(frame(1, List.of()));
        assertThat(there.closed).contains("twice");
    }

    @Test
    void hostileFramesCloseTheConnectionAndDoNoOtherHarm() {
        byte[] good = new byte[frame(1).remaining()];
        frame(1).get(good);
        for (int length = 0; length < good.length; length++) {
            assertClosed(Arrays.copyOf(good, length), length);
        }
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int changes = random.nextInt(4) + 1; changes > 0; changes--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            // Changed bytes may still be a request; whatever they are, nothing is thrown.
            new ForwardedRequests(new FakeConnection(), () -> null).onFrame(ByteBuffer.wrap(bad));
        }
    }

    private static void assertClosed(byte[] bad, int length) {
        FakeConnection connection = new FakeConnection();
        new ForwardedRequests(connection, () -> null).onFrame(ByteBuffer.wrap(bad));
        assertThat(connection.closed).as("%d bytes", length).isNotNull();
    }

    private static ByteBuffer frame(int id) {
        return frame(id, List.of(new ExpectedLeader(new PartitionId(new Uuid(1, 2), 3), 4)));
    }

    private static ByteBuffer frame(int id, List<ExpectedLeader> leaders) {
        ForwardingLink other = new ForwardingLink(new FakeConnection(), (delay, task) -> () -> {}, () -> {});
        other.ask(new Part(context(ApiKeys.LIST_OFFSETS, 8), new ListOffsetsRequestData(), leaders, in(30)));
        return ByteBuffer.wrap(other.next().toArray()).putInt(1, id);
    }

    private CompletableFuture<ApiMessage> ask(RequestContext context, ApiMessage request) {
        return link.ask(new Part(context, request, List.of(), in(30))).toCompletableFuture();
    }

    private static long in(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    private static RequestContext context(ApiKeys api, int version) {
        return new RequestContext(
                api,
                (short) version,
                17,
                "client",
                "PLAINTEXT",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711),
                new KafkaPrincipal("User", "someone"),
                System.nanoTime() - 1_000_000);
    }
}
