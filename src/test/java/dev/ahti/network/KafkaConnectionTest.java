package dev.ahti.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.api.CloseConnection;
import dev.ahti.log.LogSlice;
import dev.ahti.protocol.RequestContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class KafkaConnectionTest {
    private static final ApiVersionsRequestData ASK = new ApiVersionsRequestData();

    @TempDir
    Path directory;

    /** Requests that were asked and not answered, by correlation id. */
    private final Map<Integer, CompletableFuture<ApiMessage>> asked = new ConcurrentHashMap<>();

    private final List<RequestContext> contexts = new CopyOnWriteArrayList<>();

    private CompletableFuture<ApiMessage> keep(RequestContext context, ApiMessage request) {
        contexts.add(context);
        return asked.computeIfAbsent(context.correlationId(), id -> new CompletableFuture<>());
    }

    private void answer(int correlationId) {
        asked.get(correlationId).complete(KafkaListenerTest.apiVersions().join());
    }

    private static ConnectionSettings settings(int inFlight, long idleMs) {
        return new ConnectionSettings(1 << 20, inFlight, idleMs, 10, 50);
    }

    private void awaitAsked(int count) {
        await().until(() -> contexts.size() >= count);
    }

    @Test
    void responsesComeInTheOrderOfTheRequestsWhoeverIsReadyFirst() throws IOException {
        try (TestListener listener = TestListener.of(this::keep);
                TestClient client = listener.connect()) {
            for (int seed = 0; seed < 20; seed++) {
                List<Integer> ids = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    ids.add(seed * 100 + i);
                    client.send(seed * 100 + i, (short) 4, ASK);
                }
                awaitAsked((seed + 1) * 20);
                List<Integer> order = new ArrayList<>(ids);
                Collections.shuffle(order, new Random(seed));
                order.forEach(this::answer);
                for (int id : ids) {
                    assertThat(client.receiveCorrelationId()).isEqualTo(id);
                }
            }
        }
    }

    @Test
    void theHandlerLearnsWhoAsksAndHow() throws IOException {
        try (TestListener listener = TestListener.of(this::keep);
                TestClient client = listener.connect()) {
            client.send(9, (short) 2, ASK);
            awaitAsked(1);
            RequestContext context = contexts.get(0);
            assertThat(context.apiKey()).isEqualTo(ApiKeys.API_VERSIONS);
            assertThat(context.apiVersion()).isEqualTo((short) 2);
            assertThat(context.correlationId()).isEqualTo(9);
            assertThat(context.clientId()).isEqualTo("test");
            assertThat(context.listener()).isEqualTo("PLAINTEXT");
            assertThat(context.client().getPort()).isEqualTo(client.socket().getLocalPort());
            assertThat(System.nanoTime() - context.receivedNanos()).isBetween(0L, 10_000_000_000L);
        }
    }

    @Test
    void noMoreRequestsAreInFlightThanTheLimitAndTheRestFollows() throws IOException {
        try (TestListener listener = new TestListener(settings(3, -1), -1, this::keep);
                TestClient client = listener.connect()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int id = 0; id < 10; id++) {
                all.writeBytes(TestClient.frame(id, (short) 4, ASK));
            }
            client.send(all.toByteArray());
            awaitAsked(3);
            for (int id = 0; id < 10; id++) {
                assertThat(contexts.size()).isLessThanOrEqualTo(id + 3);
                int next = id;
                await().until(() -> asked.containsKey(next));
                answer(id);
                assertThat(client.receiveCorrelationId()).isEqualTo(id);
            }
            assertThat(asked).hasSize(10);
        }
    }

    @Test
    void aRequestWithoutResponseLeavesNoGap() throws IOException {
        try (TestListener listener = TestListener.of(this::keep);
                TestClient client = listener.connect()) {
            client.send(1, (short) 9, new ProduceRequestData().setAcks((short) 0));
            client.send(2, (short) 4, ASK);
            awaitAsked(2);
            answer(2);
            asked.get(1).complete(null);
            assertThat(client.receiveCorrelationId()).isEqualTo(2);
        }
    }

    @Test
    void aHandlerThatAsksForItClosesTheConnectionAfterTheAnswersBefore() throws IOException {
        try (TestListener listener = TestListener.of(this::keep);
                TestClient client = listener.connect()) {
            for (int id = 1; id <= 3; id++) {
                client.send(id, (short) 4, ASK);
            }
            awaitAsked(3);
            asked.get(2).completeExceptionally(new CloseConnection("test"));
            answer(3);
            answer(1);
            assertThat(client.receiveCorrelationId()).isEqualTo(1);
            assertThat(client.isClosedByBroker()).isTrue();
            await().until(() -> listener.memory.reserved() == 0);
        }
    }

    @Test
    void bytesThatAreNoRequestCloseTheConnectionAfterTheAnswersBefore() throws IOException {
        try (TestListener listener = TestListener.of(this::keep);
                TestClient client = listener.connect()) {
            client.send(1, (short) 4, ASK);
            client.send(new byte[] {0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8});
            awaitAsked(1);
            await().until(() -> listener.metrics.connectionsRefused.sum() == 1);
            answer(1);
            assertThat(client.receiveCorrelationId()).isEqualTo(1);
            assertThat(client.isClosedByBroker()).isTrue();
            await().until(() -> listener.listener.openConnections() == 0);
            assertThat(listener.memory.reserved()).isZero();
        }
    }

    @Test
    void aClientThatHasSentAllIsAnsweredBeforeTheConnectionCloses() throws IOException {
        try (TestListener listener = TestListener.of(this::keep);
                TestClient client = listener.connect()) {
            client.send(1, (short) 4, ASK).send(2, (short) 4, ASK);
            client.socket().shutdownOutput();
            awaitAsked(2);
            answer(2);
            answer(1);
            assertThat(client.receiveCorrelationId()).isEqualTo(1);
            assertThat(client.receiveCorrelationId()).isEqualTo(2);
            assertThat(client.isClosedByBroker()).isTrue();
        }
    }

    @Test
    void aResetReleasesWhatTheConnectionHeldOnceItsRequestsAreHandled() throws IOException {
        try (TestListener listener = TestListener.of(this::keep)) {
            TestClient client = listener.connect();
            client.send(1, (short) 4, ASK);
            byte[] half =
                    Arrays.copyOf(ByteBuffer.allocate(1000).putInt(200_000).array(), 1000);
            client.send(half);
            awaitAsked(1);
            await().until(() -> listener.memory.reserved() > 200_000);
            client.socket().setSoLinger(true, 0);
            client.close();
            await().until(() -> listener.listener.openConnections() == 0);
            assertThat(listener.memory.reserved()).isBetween(1L, 1000L);
            answer(1);
            assertThat(listener.memory.reserved()).isZero();
        }
    }

    @Test
    void anIdleConnectionIsClosedButNotOneWhoseRequestIsBeingHandled() throws IOException {
        try (TestListener listener = new TestListener(settings(5, 200), -1, this::keep);
                TestClient idle = listener.connect();
                TestClient busy = listener.connect()) {
            busy.send(1, (short) 4, ASK);
            awaitAsked(1);
            assertThat(idle.isClosedByBroker()).isTrue();
            await().pollDelay(Duration.ofMillis(300)).until(() -> listener.listener.openConnections() == 1);
            answer(1);
            assertThat(busy.receiveCorrelationId()).isEqualTo(1);
            assertThat(busy.isClosedByBroker()).isTrue();
        }
    }

    @Test
    void connectionsBeyondTheLimitAreClosedAtOnce() throws IOException {
        List<TestClient> clients = new ArrayList<>();
        try (TestListener listener = new TestListener(settings(5, -1), -1, this::keep)) {
            for (int i = 0; i < 10; i++) {
                clients.add(listener.connect());
            }
            await().until(() -> listener.listener.openConnections() == 10);
            try (TestClient oneTooMany = listener.connect()) {
                assertThat(oneTooMany.isClosedByBroker()).isTrue();
            }
            clients.get(0).close();
            await().until(() -> listener.listener.openConnections() == 9);
            try (TestClient next = listener.connect()) {
                next.send(1, (short) 4, ASK);
                awaitAsked(1);
            }
        } finally {
            clients.forEach(TestClient::close);
        }
    }

    @Test
    void readingPausesWhileRequestsHoldAllMemoryAndGoesOnInTheOrderOfAsking() throws IOException {
        List<TestClient> clients = new ArrayList<>();
        try (TestListener listener = new TestListener(settings(5, -1), 300_000, this::keep)) {
            for (int id = 0; id < 8; id++) {
                TestClient client = listener.connect();
                clients.add(client);
                client.send(large(id, 100_000));
                int waiting = Math.max(0, id - 2);
                await().until(() -> listener.memory.waiting() == waiting);
            }
            assertThat(contexts).hasSize(3);
            assertThat(listener.memory.reserved()).isLessThanOrEqualTo(300_000);
            clients.get(4).socket().setSoLinger(true, 0);
            clients.get(4).close();
            for (int id : new int[] {0, 1, 2, 3}) {
                await().until(() -> asked.containsKey(id));
                answer(id);
                assertThat(clients.get(id).receiveCorrelationId()).isEqualTo(id);
            }
            for (int id : new int[] {5, 6, 7}) {
                await().until(() -> asked.containsKey(id));
                answer(id);
                assertThat(clients.get(id).receiveCorrelationId()).isEqualTo(id);
            }
            asked.values()
                    .forEach(each ->
                            each.complete(KafkaListenerTest.apiVersions().join()));
            await().until(() -> listener.memory.reserved() == 0);
            assertThat(listener.memory.waiting()).isZero();
        } finally {
            clients.forEach(TestClient::close);
        }
    }

    /** ApiVersions with bytes after its body, which are ignored. */
    private static byte[] large(int id, int size) {
        byte[] frame = Arrays.copyOf(TestClient.frame(id, (short) 4, ASK), size);
        ByteBuffer.wrap(frame).putInt(size - 4);
        return frame;
    }

    private FetchResponseData fetched(FileChannel channel, int size) {
        return new FetchResponseData()
                .setResponses(List.of(new FetchResponseData.FetchableTopicResponse()
                        .setPartitions(List.of(
                                new FetchResponseData.PartitionData().setRecords(new LogSlice(channel, 0, size))))));
    }

    @Test
    void recordsAreReadOnlyAsFastAsTheClientTakesThem() throws IOException {
        int size = 64 << 20;
        Path segment = directory.resolve("segment");
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), size - 1);
        }
        try (FileChannel channel = FileChannel.open(segment);
                TestListener listener = TestListener.of(this::keep);
                TestClient client = listener.connect()) {
            client.send(1, (short) 13, new FetchRequestData());
            client.send(2, (short) 4, ASK);
            awaitAsked(2);
            asked.get(1).complete(fetched(channel, size));
            answer(2);
            // The answer is counted when it begins to go out; most of it must still be in the file when the file goes.
            await().until(() -> listener.metrics.of(ApiKeys.FETCH).responseBytes.sum() > size);
            channel.close();
            int received = 0;
            byte[] buffer = new byte[1 << 16];
            try {
                for (int n = 0; n >= 0; n = client.socket().getInputStream().read(buffer)) {
                    received += n;
                }
            } catch (IOException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
            assertThat(received).isLessThan(size / 2);
            await().until(() -> listener.listener.openConnections() == 0);
        }
    }

    @Test
    void aLargeFetchResponseArrivesWhole() throws IOException {
        byte[] content = new byte[3_000_001];
        new Random(1).nextBytes(content);
        Path segment = Files.write(directory.resolve("segment"), content);
        try (FileChannel channel = FileChannel.open(segment);
                TestListener listener = TestListener.of(this::keep);
                TestClient client = listener.connect()) {
            for (int id = 0; id < 3; id++) {
                client.send(id, (short) 13, new FetchRequestData());
            }
            awaitAsked(3);
            asked.values().forEach(each -> each.complete(fetched(channel, content.length)));
            for (int id = 0; id < 3; id++) {
                byte[] response = client.receive();
                assertThat(ByteBuffer.wrap(response).getInt()).isEqualTo(id);
                // The records end just before the tag sections of partition, topic and response.
                int end = response.length - 3;
                assertThat(Arrays.copyOfRange(response, end - content.length, end))
                        .isEqualTo(content);
            }
        }
    }
}
