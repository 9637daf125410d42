package dev.ahti.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * An Ahti broker as users run it: {@code bin/ahti} with {@code target/ahti.jar}, in a process of its own, on free ports
 * that stay the same when it starts again on its data.
 */
public final class BrokerProcess implements AutoCloseable {
    /** Below those that the kernel gives to connections, which would take the port of a broker that is down. */
    private static final int LOWEST_PORT = 12_000;

    private static final int HIGHEST_PORT = 32_000;
    private static final Set<Integer> GIVEN_PORTS = ConcurrentHashMap.newKeySet();
    private static final Set<BrokerProcess> LAUNCHED = ConcurrentHashMap.newKeySet();

    private final Path data;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final int kafkaPort = freePort();
    private final int managementPort = freePort();
    private String javaOptions = "-Xmx512m -XX:+UseSerialGC";
    /** Null for the one that was built. */
    private Path jar;

    private ChildProcess process;

    private BrokerProcess(Path data) {
        this.data = data;
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + kafkaPort);
        settings.put("ahti.management.port", Integer.toString(managementPort));
        settings.put("ahti.cluster.port", "0");
        settings.put("ahti.replication.port", "0");
        settings.put("log.dirs", data.toString());
    }

    /** On this data directory; not started yet. */
    public static BrokerProcess on(Path data) {
        return new BrokerProcess(data);
    }

    public BrokerProcess with(String setting, String value) {
        settings.put(setting, value);
        return this;
    }

    public BrokerProcess without(String setting) {
        settings.remove(setting);
        return this;
    }

    public BrokerProcess withJavaOptions(String options) {
        javaOptions = options;
        return this;
    }

    public BrokerProcess withMoreJavaOptions(String options) {
        javaOptions += options;
        return this;
    }

    /** Another version, from the next start on. */
    public BrokerProcess withJar(Path version) {
        jar = version;
        return this;
    }

    public BrokerProcess withEnvironment(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Starts it and waits for the line that says that clients can produce. */
    public BrokerProcess start() {
        return launch().awaitReady();
    }

    public BrokerProcess awaitReady() {
        return awaitOutput("ready: broker");
    }

    /** Waits as an orchestrator does, which asks {@code /ready} again and again. */
    public BrokerProcess awaitHttpReady() {
        Awaitility.await("broker is ready")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> http("/ready").statusCode() == 200);
        return this;
    }

    /** What management answers. */
    public HttpResponse<String> http(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Waits for a line with this in it. */
    public BrokerProcess awaitOutput(String part) {
        process.awaitLine(line -> line.contains(part), 60);
        return this;
    }

    /** Starts it and returns at once. */
    public BrokerProcess launch() {
        List<String> command =
                new ArrayList<>(List.of(root().resolve("bin/ahti").toString()));
        settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
        environment.put("JAVA_OPTS", javaOptions);
        environment.put("AHTI_JAR", (jar == null ? builtJar() : jar).toString());
        process = new ChildProcess(command, environment);
        LAUNCHED.add(this);
        return this;
    }

    /** Of all tests of this JVM. */
    static List<BrokerProcess> running() {
        return LAUNCHED.stream().filter(BrokerProcess::isAlive).toList();
    }

    private static Path root() {
        return Path.of(System.getProperty("user.dir"));
    }

    /** The jar that was built: the *IT tests run after {@code package}. */
    public static Path builtJar() {
        Path jar = Path.of(
                System.getProperty("ahti.jar", root().resolve("target/ahti.jar").toString()));
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: mvn package");
        }
        return jar;
    }

    /**
     * The first start of all makes an archive of classes in the background, which takes half a processor for a minute: to
     * be awaited by whoever measures.
     */
    public static void awaitArchive() {
        Path jar = builtJar();
        Awaitility.await("the archive of classes is made")
                .atMost(Duration.ofMinutes(3))
                .until(() -> archives(jar.getParent()).stream()
                        .anyMatch(each ->
                                each.toFile().lastModified() > jar.toFile().lastModified()));
    }

    /** Of classes, in this directory. */
    public static List<Path> archives(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().matches(".*\\.(jsa|aot)"))
                    .toList();
        }
    }

    /** Another one each time. */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            if (GIVEN_PORTS.add(port)) {
                try (ServerSocket socket = new ServerSocket(port)) {
                    return socket.getLocalPort();
                } catch (IOException taken) {
                    // Another one, then.
                }
            }
        }
    }

    public String bootstrap() {
        return "127.0.0.1:" + kafkaPort;
    }

    public int kafkaPort() {
        return kafkaPort;
    }

    public int managementPort() {
        return managementPort;
    }

    public Path data() {
        return data;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public String output() {
        return process.output();
    }

    /** SIGKILL; returns when it is dead. */
    public void kill() {
        process.kill();
    }

    /** Into its output, whatever it is busy with. */
    void printThreads() {
        process.signal("QUIT");
        process.awaitLine(line -> line.contains("JNI global ref"), 30);
    }

    /** SIGSTOP: alive, and silent. */
    public void pause() {
        process.signal("STOP");
    }

    /** SIGCONT. */
    public void resume() {
        process.signal("CONT");
    }

    /** SIGTERM; returns the exit status. */
    public int terminate() {
        process.signal("TERM");
        return process.awaitExit(30);
    }

    /** The exit status of a process that is to end by itself. */
    public int awaitExit(int seconds) {
        return process.awaitExit(seconds);
    }

    /** Sockets that the process holds open. */
    public long openSockets() {
        try (var handles = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return handles.filter(BrokerProcess::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path handle) {
        try {
            return Files.readSymbolicLink(handle).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.kill();
        }
    }
}
