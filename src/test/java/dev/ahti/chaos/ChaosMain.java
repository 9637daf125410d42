package dev.ahti.chaos;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * {@code ChaosMain SECONDS SEED DIRECTORY namespaces|loopback [PLANT]}: a run in a process of its own, which can be put
 * into network and mount namespaces that vanish with it.
 */
final class ChaosMain {
    private ChaosMain() {}

    public static void main(String[] arguments) throws Exception {
        Duration duration = Duration.ofSeconds(Long.parseLong(arguments[0]));
        long seed = Long.parseLong(arguments[1]);
        Path directory = Files.createDirectories(Path.of(arguments[2]));
        boolean namespaces = arguments[3].equals("namespaces");
        Path jar = Path.of(System.getProperty("ahti.jar", "target/ahti.jar")).toAbsolutePath();
        List<String> launcher = arguments.length > 4
                ? Plant.valueOf(arguments[4]).launcher(jar, directory)
                : List.of(
                        "env",
                        "AHTI_JAR=" + jar,
                        Path.of("bin/ahti").toAbsolutePath().toString());
        // Clients say at length what the faults do to them.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        ((Logger) LoggerFactory.getLogger("io.zonky")).setLevel(Level.OFF);
        Verdict verdict = new Verdict(System.out);
        verdict.say("seed " + seed + ", " + duration.toSeconds() + " s of faults, files in " + directory
                + (namespaces ? "" : "; links are not cut: network namespaces are not to be had here"));
        Hosts hosts = namespaces ? Hosts.inNamespaces(ChaosCluster.SIZE) : Hosts.onLoopback();
        boolean well = new Chaos(seed, hosts, directory, launcher, verdict).run(duration);
        System.exit(well ? 0 : 1);
    }

    /** Runs it and shows what it prints; its files are deleted if all went well. @return its exit status */
    static int run(Duration duration, long seed, String... plant) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("ahti-chaos");
        boolean namespaces = isIsolationPossible();
        List<String> command = new ArrayList<>(namespaces ? List.of("unshare", "--net", "--mount") : List.of());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dahti.jar=" + System.getProperty("ahti.jar", "target/ahti.jar"),
                "-D" + Faults.ONLY + "=" + System.getProperty(Faults.ONLY, ""),
                "-cp",
                System.getProperty("java.class.path"),
                ChaosMain.class.getName(),
                Long.toString(duration.toSeconds()),
                Long.toString(seed),
                directory.toString(),
                namespaces ? "namespaces" : "loopback"));
        command.addAll(List.of(plant));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        // Through this JVM's own stream, which Maven shows.
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(System.out::println);
        }
        int status = process.waitFor();
        if (status == 0) {
            delete(directory);
        }
        return status;
    }

    /** Root, and iproute2 and util-linux: nothing is left behind, the namespaces end with the process. */
    private static boolean isIsolationPossible() throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(
                                    "unshare",
                                    "--net",
                                    "--mount",
                                    "sh",
                                    "-c",
                                    "mkdir -p /run/netns && mount -t tmpfs none /run/netns && ip netns add probe"
                                            + " && ip link add br0 type bridge"
                                            + " && ip link add veth0 type veth peer name eth0 netns probe"
                                            + " && nsenter --net=/run/netns/probe ip link set lo up")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
