package dev.ahti.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** Apache Kafka 4.3.1 itself, from the test class path: what it answers is what is right. */
public final class KafkaProcess implements AutoCloseable {
    private static final String CLUSTER_ID = "kafkakafkakafkakafkaka";
    private final int port = BrokerProcess.freePort();
    private final ChildProcess process;

    public KafkaProcess(Path directory) {
        Path properties = directory.resolve("server.properties");
        int controller = BrokerProcess.freePort();
        try {
            Files.createDirectories(directory);
            Files.writeString(properties, String.join("\n", settings(directory, controller)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        format(properties);
        process = new ChildProcess(java("-Xmx512m", "kafka.Kafka", properties.toString()), Map.of());
        Awaitility.await("Kafka listens").atMost(Duration.ofSeconds(60)).until(this::accepts);
    }

    private List<String> settings(Path directory, int controller) {
        return List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "controller.quorum.voters=1@127.0.0.1:" + controller,
                "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
                "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
                "controller.listener.names=CONTROLLER",
                "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
                "log.dirs=" + directory.resolve("log"),
                "offsets.topic.replication.factor=1",
                "group.initial.rebalance.delay.ms=0",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "share.coordinator.state.topic.replication.factor=1",
                "share.coordinator.state.topic.min.isr=1");
    }

    private static void format(Path properties) {
        ChildProcess format = new ChildProcess(
                java("-Xmx128m", "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", properties.toString()),
                Map.of());
        if (format.awaitExit(30) != 0) {
            throw new IllegalStateException(format.output());
        }
    }

    /** The command that runs a class of the test class path. */
    static List<String> java(String heap, String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                heap,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main));
        command.addAll(List.of(arguments));
        return command;
    }

    private boolean accepts() {
        if (!process.isAlive()) {
            throw new IllegalStateException(process.output());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.kill();
    }
}
