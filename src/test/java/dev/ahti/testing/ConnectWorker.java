package dev.ahti.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A worker of Kafka Connect 4.3.1 in distributed mode, from the test class path, and what its REST interface says. */
public final class ConnectWorker implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port = BrokerProcess.freePort();
    private final ChildProcess process;

    /** Not ready yet. The times are shorter than Connect's, so that a worker that is gone is missed sooner. */
    public ConnectWorker(Path directory, String bootstrap, String group) {
        Path properties = directory.resolve("worker-" + port + ".properties");
        List<String> settings = List.of(
                "bootstrap.servers=" + bootstrap,
                "group.id=" + group,
                "listeners=http://127.0.0.1:" + port,
                "config.storage.topic=" + group + "-configs",
                "offset.storage.topic=" + group + "-offsets",
                "status.storage.topic=" + group + "-status",
                "offset.storage.partitions=5",
                "key.converter=org.apache.kafka.connect.storage.StringConverter",
                "value.converter=org.apache.kafka.connect.storage.StringConverter",
                "plugin.discovery=service_load",
                "offset.flush.interval.ms=500",
                "session.timeout.ms=6000",
                "heartbeat.interval.ms=500",
                "scheduled.rebalance.max.delay.ms=1000");
        try {
            Files.writeString(properties, String.join("\n", settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process = new ChildProcess(
                KafkaProcess.java("-Xmx256m", "org.apache.kafka.connect.cli.ConnectDistributed", properties.toString()),
                Map.of());
    }

    /** As Connect names workers. */
    public String id() {
        return "127.0.0.1:" + port;
    }

    /** Runs this connector, or changes it. */
    public void configure(String connector, Map<String, String> config) throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(uri("/connectors/" + connector + "/config"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(config))));
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(answer + " " + answer.body());
        }
    }

    /** Of the connector's only task: its state, and the worker that has it. Fails while there is none. */
    public TaskStatus task(String connector) throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(uri("/connectors/" + connector + "/status")));
        JsonNode task = JSON.readTree(answer.body()).required("tasks").required(0);
        return new TaskStatus(
                task.required("state").asText(), task.required("worker_id").asText());
    }

    public record TaskStatus(String state, String worker) {}

    private URI uri(String path) {
        return URI.create("http://" + id() + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public String output() {
        return process.output();
    }

    /** SIGKILL. */
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
