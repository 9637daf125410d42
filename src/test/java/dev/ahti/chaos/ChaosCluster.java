package dev.ahti.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/**
 * Three brokers and their database. A broker that ends by itself is started again, as an orchestrator does; one that a
 * fault has taken away stays away until the fault brings it back.
 */
final class ChaosCluster implements AutoCloseable {
    static final int SIZE = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Hosts hosts;
    private final ChaosDatabase database;
    private final List<ChaosBroker> brokers;
    private final Verdict verdict;
    private final Set<Integer> away = ConcurrentHashMap.newKeySet();
    private volatile boolean running = true;

    ChaosCluster(Hosts hosts, Path directory, List<String> launcher, Verdict verdict) {
        this.hosts = hosts;
        this.verdict = verdict;
        database = new ChaosDatabase(hosts, directory);
        database.start();
        brokers = ids().stream()
                .map(id -> new ChaosBroker(id, hosts, directory, launcher))
                .toList();
        String contactPoints = brokers.stream().map(ChaosBroker::management).collect(Collectors.joining(","));
        for (ChaosBroker each : brokers) {
            each.set("ahti.cluster.contact-points", contactPoints);
            each.set("ahti.metadata.url", database.url());
            each.launch();
        }
        Thread supervisor = new Thread(this::supervise, "supervisor");
        supervisor.setDaemon(true);
        supervisor.start();
    }

    private void supervise() {
        while (running) {
            for (ChaosBroker each : brokers) {
                restartIfEnded(each);
            }
            Chaos.pause(300);
        }
    }

    private synchronized void restartIfEnded(ChaosBroker broker) {
        if (running && !away.contains(broker.id()) && !broker.isAlive()) {
            int status = broker.awaitExit(1);
            verdict.say("broker " + broker.id() + " has ended by itself with status " + status + ": started again");
            verdict.count("brokers that ended by themselves, status " + status);
            if (status == 0) {
                verdict.violation("status 0 without SIGTERM", "broker " + broker.id());
            }
            broker.launch();
        }
    }

    Hosts hosts() {
        return hosts;
    }

    ChaosDatabase database() {
        return database;
    }

    static List<Integer> ids() {
        return IntStream.rangeClosed(1, SIZE).boxed().toList();
    }

    List<Integer> others(int id) {
        return ids().stream().filter(each -> each != id).toList();
    }

    ChaosBroker broker(int id) {
        return brokers.get(id - 1);
    }

    List<ChaosBroker> brokers() {
        return brokers;
    }

    /** All brokers, this one first. */
    String bootstrap(int first) {
        return IntStream.range(0, SIZE)
                .mapToObj(i -> broker((first - 1 + i) % SIZE + 1).bootstrap())
                .collect(Collectors.joining(","));
    }

    static Admin admin(String bootstrap) {
        return Admin.create(Map.of(
                "bootstrap.servers",
                bootstrap,
                "request.timeout.ms",
                5_000,
                "default.api.timeout.ms",
                15_000,
                "reconnect.backoff.max.ms",
                200,
                "retry.backoff.ms",
                50));
    }

    /** Nobody starts it again until {@link #start}. */
    synchronized void takeAway(int id) {
        away.add(id);
    }

    synchronized void kill(int id) {
        away.add(id);
        if (broker(id).isAlive()) {
            broker(id).kill();
        }
    }

    synchronized void start(int id) {
        if (!broker(id).isAlive()) {
            broker(id).launch();
        }
        away.remove(id);
    }

    /** What this broker's node sees; null if it does not say. */
    JsonNode image(int id) {
        return json(broker(id).get("/ahti/image"));
    }

    private static JsonNode json(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return node == null || node.isMissingNode() ? null : node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The broker whose node is the oldest, which holds the metadata singleton; 0 if nobody says. */
    int oldest() {
        for (ChaosBroker each : brokers) {
            JsonNode members = each.isAlive() ? json(each.get("/cluster/members")) : null;
            if (members != null && members.has("oldest")) {
                String address = members.get("oldest").asText();
                for (ChaosBroker candidate : brokers) {
                    if (address.endsWith("@" + candidate.clusterAddress())) {
                        return candidate.id();
                    }
                }
            }
        }
        return 0;
    }

    /** Partitions of these that the broker leads, as the first broker that answers sees it. */
    List<TopicPartition> ledBy(int id, List<TopicPartition> partitions) {
        for (ChaosBroker each : brokers) {
            JsonNode image = each.isAlive() ? image(each.id()) : null;
            if (image != null) {
                return partitions.stream()
                        .filter(partition -> leader(image, partition) == id)
                        .toList();
            }
        }
        return List.of();
    }

    private static int leader(JsonNode image, TopicPartition partition) {
        JsonNode found = find(image, partition);
        return found == null ? -1 : found.get("leader").asInt();
    }

    private static JsonNode find(JsonNode image, TopicPartition partition) {
        JsonNode topic = topic(image, partition.topic());
        return topic == null ? null : topic.get("partitions").get(partition.partition());
    }

    static JsonNode topic(JsonNode image, String name) {
        for (JsonNode topic : image.get("topics")) {
            if (topic.get("name").asText().equals(name)) {
                return topic;
            }
        }
        return null;
    }

    static Set<String> topics(JsonNode image) {
        Set<String> names = new TreeSet<>();
        image.get("topics").forEach(each -> names.add(each.get("name").asText()));
        return names;
    }

    /** Who is not ready yet, in words; empty when all are. */
    String unready() {
        return brokers.stream()
                .filter(each -> !each.isAlive() || !each.isReady())
                .map(each -> "broker " + each.id() + " is not ready")
                .collect(Collectors.joining(", "));
    }

    /** What is still amiss, in words; empty when every broker sees every partition of every topic in sync. */
    String outOfSync() {
        for (ChaosBroker each : brokers) {
            JsonNode image = image(each.id());
            if (image == null) {
                return "broker " + each.id() + " does not answer";
            }
            for (JsonNode topic : image.get("topics")) {
                for (JsonNode partition : topic.get("partitions")) {
                    if (partition.get("isr").size() != partition.get("replicas").size()
                            || partition.get("leader").asInt() < 0) {
                        return "broker " + each.id() + " sees "
                                + topic.get("name").asText() + " " + partition;
                    }
                }
            }
        }
        return "";
    }

    /** Stops all with SIGTERM, so that what their files hold is all that they have. */
    void shutDown() {
        running = false;
        ids().forEach(this::takeAway);
        brokers.forEach(each -> each.signal("TERM"));
        for (ChaosBroker each : brokers) {
            int status = each.awaitExit(90);
            verdict.count("status " + status + " after SIGTERM to all at the end");
            if (status == -1) {
                verdict.violation("does not end after SIGTERM", "broker " + each.id());
                each.signal("QUIT");
            }
        }
    }

    @Override
    public void close() {
        running = false;
        for (ChaosBroker each : brokers) {
            if (each.isAlive()) {
                each.kill();
            }
        }
        database.close();
    }
}
