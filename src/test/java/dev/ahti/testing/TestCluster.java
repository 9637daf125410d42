package dev.ahti.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartitionInfo;
import org.awaitility.Awaitility;

/**
 * Brokers 1 to N as processes, and PostgreSQL. Every broker keeps its ports when it starts again. Deadlines are for a busy
 * machine: what is quick is measured by the test that says so.
 */
public final class TestCluster implements AutoCloseable {
    private static final int DEADLINE_SECONDS = 60;

    private final int databasePort = BrokerProcess.freePort();
    private final Path directory;
    private final List<BrokerProcess> brokers;
    /** Null while it is stopped. */
    private EmbeddedPostgres postgres;

    /** Not started yet. */
    public TestCluster(int size, Path directory) {
        this.directory = directory;
        startDatabase();
        brokers = IntStream.rangeClosed(1, size)
                .mapToObj(id -> broker(id, directory.resolve("broker-" + id)))
                .toList();
        brokers.forEach(each -> each.with("ahti.cluster.contact-points", contactPoints()));
    }

    /** At the same port, on what it held before. */
    public void startDatabase() {
        if (postgres != null) {
            return;
        }
        try {
            postgres = EmbeddedPostgres.builder()
                    .setPort(databasePort)
                    .setDataDirectory(directory.resolve("postgresql"))
                    .setCleanDataDirectory(false)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void stopDatabase() {
        try {
            if (postgres != null) {
                postgres.close();
            }
            postgres = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One more, on ports of its own, not started: the caller says what is different about it, and closes it. */
    public BrokerProcess broker(int id, Path data) {
        BrokerProcess broker = BrokerProcess.on(data)
                .withJavaOptions("-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1")
                .with("node.id", Integer.toString(id))
                .with("ahti.cluster.port", Integer.toString(BrokerProcess.freePort()))
                .with("ahti.replication.port", Integer.toString(BrokerProcess.freePort()))
                .with("ahti.metadata.url", postgres.getJdbcUrl("postgres", "postgres"))
                .with("min.insync.replicas", "2");
        return broker;
    }

    public String contactPoints() {
        return brokers.stream()
                .map(each -> "127.0.0.1:" + each.managementPort())
                .collect(Collectors.joining(","));
    }

    /** Starts what does not run, all brokers at once, and waits until all are live. */
    public TestCluster startAll() {
        startDatabase();
        List<BrokerProcess> down =
                brokers.stream().filter(each -> !each.isAlive()).toList();
        down.forEach(BrokerProcess::launch);
        down.forEach(BrokerProcess::awaitReady);
        awaitLive(ids());
        return this;
    }

    public void start(int id) {
        broker(id).start();
    }

    /** SIGTERM; returns the exit status. */
    public int stop(int id) {
        return broker(id).terminate();
    }

    public void kill(int id) {
        broker(id).kill();
    }

    public void pause(int id) {
        broker(id).pause();
    }

    public void resume(int id) {
        broker(id).resume();
    }

    public BrokerProcess broker(int id) {
        return brokers.get(id - 1);
    }

    public List<Integer> ids() {
        return IntStream.rangeClosed(1, brokers.size()).boxed().toList();
    }

    /** Knows that one broker only, until it has asked it. */
    public Admin admin(int id) {
        return Admin.create(Map.of("bootstrap.servers", broker(id).bootstrap()));
    }

    /** Waits until these brokers, and no others, are live as each of them sees it. */
    public void awaitLive(List<Integer> ids) {
        for (int id : ids) {
            try (Admin admin = admin(id)) {
                await("broker " + id + " sees " + ids + " live", () -> admin.describeCluster().nodes().get().stream()
                        .map(node -> node.id())
                        .sorted()
                        .toList()
                        .equals(ids));
            }
        }
    }

    /** Waits until each partition of the topic has all its replicas in sync, as this broker sees it. */
    public void awaitAllInSync(int id, String topic) {
        try (Admin admin = admin(id)) {
            await(topic + " is in sync", () -> partitions(admin, topic).stream()
                    .allMatch(partition ->
                            partition.isr().size() == partition.replicas().size()));
        }
    }

    public static List<TopicPartitionInfo> partitions(Admin admin, String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .get(topic)
                .partitions();
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                .ignoreExceptions()
                .until(condition);
    }

    /** Addresses of the cluster's members as this broker's node sees them, in whatever state. */
    public List<String> members(int id) {
        URI uri = URI.create("http://127.0.0.1:" + broker(id).managementPort() + "/cluster/members");
        try {
            String json = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
            return new ObjectMapper().readTree(json).get("members").findValuesAsText("node");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until this broker's node knows so many members of the cluster. */
    public void awaitMembers(int id, int count) {
        await(count + " members", () -> members(id).size() == count);
    }

    /** The metadata events in the database, in order: JSON behind the class' name. */
    public List<String> journal() throws SQLException {
        List<String> events = new ArrayList<>();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT event_ser_manifest, event_payload FROM event_journal"
                        + " WHERE persistence_id = 'partition-metadata' ORDER BY sequence_number")) {
            while (rows.next()) {
                events.add(rows.getString(1) + " " + new String(rows.getBytes(2), StandardCharsets.UTF_8));
            }
        }
        return events;
    }

    @Override
    public void close() {
        brokers.forEach(BrokerProcess::close);
        stopDatabase();
    }
}
