package dev.ahti.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One broker as a process at its place among the {@link Hosts}; what it prints is appended to one file for all its lives. */
final class ChaosBroker {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

    private final int id;
    private final Hosts hosts;
    private final Path directory;
    private final List<String> launcher;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final int kafkaPort;
    private final int managementPort;
    private final int clusterPort;
    private Process process;

    /** @param launcher the command before its settings */
    ChaosBroker(int id, Hosts hosts, Path directory, List<String> launcher) {
        this.id = id;
        this.hosts = hosts;
        this.directory = directory;
        this.launcher = launcher;
        kafkaPort = hosts.port(9092);
        managementPort = hosts.port(8558);
        clusterPort = hosts.port(2551);
        settings.put("node.id", Integer.toString(id));
        settings.put("log.dirs", data().toString());
        settings.put("listeners", "PLAINTEXT://" + bootstrap());
        settings.put("ahti.management.host", hosts.address(id));
        settings.put("ahti.management.port", Integer.toString(managementPort));
        settings.put("ahti.cluster.host", hosts.address(id));
        settings.put("ahti.cluster.port", Integer.toString(clusterPort));
        settings.put("ahti.replication.port", Integer.toString(hosts.port(2552)));
        settings.put("min.insync.replicas", "2");
        settings.put("default.replication.factor", "3");
        // Preferred leaders take turns with the others, so that leadership moves without faults too.
        settings.put("leader.imbalance.check.interval.seconds", "15");
        // A member that could not say that it leaves is missed as soon as one of a classic group.
        settings.put("group.consumer.min.session.timeout.ms", "10000");
        settings.put("group.consumer.session.timeout.ms", "10000");
        settings.put("group.consumer.min.heartbeat.interval.ms", "1000");
        settings.put("group.consumer.heartbeat.interval.ms", "1000");
    }

    void set(String name, String value) {
        settings.put(name, value);
    }

    int id() {
        return id;
    }

    Path data() {
        return directory.resolve("broker-" + id);
    }

    Path log() {
        return directory.resolve("broker-" + id + ".log");
    }

    String bootstrap() {
        return hosts.address(id) + ":" + kafkaPort;
    }

    String management() {
        return hosts.address(id) + ":" + managementPort;
    }

    String clusterAddress() {
        return hosts.address(id) + ":" + clusterPort;
    }

    synchronized void launch() {
        List<String> command = hosts.enter(id);
        command.addAll(launcher);
        settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().put("JAVA_OPTS", "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized Process process() {
        return process;
    }

    boolean isAlive() {
        return process().isAlive();
    }

    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process().pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void kill() {
        signal("KILL");
        awaitExit(10);
    }

    /** @return its exit status, or -1 if it goes on running */
    int awaitExit(int seconds) {
        try {
            return process().waitFor(seconds, TimeUnit.SECONDS) ? process().exitValue() : -1;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What a power cut leaves of a broker that is down: of the segments that were not flushed, the active ones, any part,
     * down to half a batch; and the next start finds that another kernel runs. One that had stopped cleanly before has
     * flushed everything.
     */
    void loseUnflushed(Random random) {
        if (Files.exists(data().resolve(".kafka_cleanshutdown"))) {
            return;
        }
        try (Stream<Path> files = Files.walk(data(), 2)) {
            Map<Path, Path> active = new TreeMap<>();
            files.filter(each -> each.toString().endsWith(".log"))
                    .forEach(each -> active.merge(
                            each.getParent(), each, (one, other) -> one.compareTo(other) > 0 ? one : other));
            for (Path segment : active.values()) {
                try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                    channel.truncate(Math.max(0, channel.size() - random.nextInt(20_000)));
                }
            }
            Files.writeString(data().resolve(".boot_id"), "another");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isReady() {
        return get("/ready").startsWith("ready");
    }

    /** What its management HTTP says; empty if it says nothing. */
    String get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + management() + path))
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException notNow) {
            return "";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
