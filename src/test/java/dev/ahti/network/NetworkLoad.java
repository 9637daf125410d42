package dev.ahti.network;

import dev.ahti.api.RequestDispatcher;
import dev.ahti.log.LogSlice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * What the network path alone costs: a broker process whose dispatcher answers at once, and a client that loads it.
 * {@code NetworkLoad small|produce|fetch [seconds] [connections]}; the classpath is that of the tests.
 */
final class NetworkLoad {
    private static final int BATCH_BYTES = 64 * 1024;
    private static final int FETCH_BYTES = 1 << 20;

    private NetworkLoad() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        if (arguments[0].equals("serve")) {
            ConnectionSettings settings = ConnectionSettings.defaults();
            TestListener listener = new TestListener(
                    new ConnectionSettings(
                            settings.maxRequestBytes(),
                            settings.maxRequestsInFlight(),
                            settings.maxIdleMs(),
                            settings.maxConnections(),
                            // All connect at once: a SYN for which there is no place is sent again after a second.
                            4_096),
                    Long.getLong("load.memory", -1),
                    dispatcher());
            out.println("port " + listener.address().getPort());
            out.flush();
            while (System.in.read() >= 0) {}
            System.exit(0);
        }
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        int connections = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 200;
        String options = System.getProperty("load.opts", "-Xmx1g -XX:+UseG1GC");
        Process broker = startBroker(List.of(options.split(" ")));
        try {
            InetSocketAddress address = address(broker);
            load(out, arguments[0], address, connections, 3, broker); // warms up
            load(out, arguments[0], address, connections, seconds, broker);
        } finally {
            broker.destroy();
        }
    }

    /** A JVM with a listener whose answers are always ready; produce is handled as if appended. */
    static Process startBroker(List<String> jvmOptions) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NetworkLoad.class.getName(), "serve"));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static InetSocketAddress address(Process broker) throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(broker.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("port ")) {
                return new InetSocketAddress("127.0.0.1", Integer.parseInt(line.substring("port ".length())));
            }
        }
        throw new IOException("the broker process has ended");
    }

    private static void load(
            PrintStream out, String what, InetSocketAddress address, int connections, int seconds, Process broker)
            throws IOException {
        byte[] request = request(what);
        int inFlight = what.equals("produce") ? 4 : 1;
        byte[] buffer = new byte[FETCH_BYTES * 2];
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            clients.add(new TestClient(address));
        }
        for (TestClient client : clients) {
            for (int i = 0; i < inFlight; i++) {
                client.send(request);
            }
        }
        long cpuBefore = cpuNanos(broker);
        long start = System.nanoTime();
        long requests = 0;
        long bytes = 0;
        while (System.nanoTime() - start < seconds * 1_000_000_000L) {
            for (TestClient client : clients) {
                bytes += request.length + client.receive(buffer);
                client.send(request);
                requests++;
            }
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        double cpu = (cpuNanos(broker) - cpuBefore) / 1e9;
        clients.forEach(TestClient::close);
        out.printf(
                "%s: %,.0f requests/s, %.1f us broker CPU each, %,.0f MB/s, %.2f broker CPU-s/GB%n",
                what, requests / elapsed, cpu * 1e6 / requests, bytes / elapsed / 1e6, cpu * 1e9 / bytes);
    }

    private static long cpuNanos(Process broker) {
        return broker.info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static byte[] request(String what) {
        return switch (what) {
            case "small" -> TestClient.frame(1, (short) 4, new ApiVersionsRequestData());
            case "fetch" -> TestClient.frame(1, (short) 13, new FetchRequestData());
            case "produce" -> produceOf(BATCH_BYTES + 100);
            default -> throw new IllegalArgumentException(what);
        };
    }

    /** A produce request of exactly so many bytes, its length included. */
    static byte[] produceOf(int frameBytes) {
        int records = frameBytes;
        while (true) {
            byte[] frame = TestClient.frame(1, (short) 9, produce(records));
            if (frame.length == frameBytes) {
                return frame;
            }
            records -= frame.length - frameBytes;
        }
    }

    private static ProduceRequestData produce(int recordBytes) {
        ProduceRequestData request = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1000);
        request.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName("load")
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setIndex(0)
                                .setRecords(MemoryRecords.readableRecords(ByteBuffer.allocate(recordBytes))))));
        return request;
    }

    private static RequestDispatcher dispatcher() throws IOException {
        Path file = Files.createTempFile("load", ".log");
        Files.write(file, new byte[FETCH_BYTES]);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Files.delete(file);
        return (context, request) -> CompletableFuture.completedFuture(answer(context.apiKey(), channel));
    }

    private static ApiMessage answer(ApiKeys api, FileChannel channel) {
        if (api == ApiKeys.API_VERSIONS) {
            return KafkaListenerTest.apiVersions().join();
        }
        if (api == ApiKeys.PRODUCE) {
            ProduceResponseData response = new ProduceResponseData();
            response.responses()
                    .add(new ProduceResponseData.TopicProduceResponse()
                            .setName("load")
                            .setPartitionResponses(
                                    List.of(new ProduceResponseData.PartitionProduceResponse().setBaseOffset(1))));
            return response;
        }
        return new FetchResponseData()
                .setResponses(List.of(new FetchResponseData.FetchableTopicResponse()
                        .setPartitions(List.of(new FetchResponseData.PartitionData()
                                .setRecords(new LogSlice(channel, 0, FETCH_BYTES))))));
    }
}
