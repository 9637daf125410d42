package dev.ahti.containers;

import static dev.ahti.containers.Containers.kcat;
import static dev.ahti.containers.Containers.podman;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ahti.testing.BrokerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One broker in its image, with its metadata in H2: not as root, on a file system that is read-only but for its volume. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImageIT {
    private static final String NAME = "ahti-it-one";
    private static final Duration START = Duration.ofSeconds(60);
    private static int port;

    @TempDir
    static Path directory;

    @BeforeAll
    static void start() throws Exception {
        Containers.build();
        Path properties = Files.writeString(directory.resolve("server.properties"), "num.partitions=3\n");
        port = BrokerProcess.freePort();
        podman(
                "run",
                "-d",
                "--name",
                NAME,
                "--read-only",
                "--tmpfs",
                "/tmp:exec",
                "--cap-drop",
                "ALL",
                "--security-opt",
                "no-new-privileges",
                "-v",
                NAME + ":/var/lib/ahti",
                "-p",
                "127.0.0.1:" + port + ":9092",
                "-e",
                "AHTI_ADVERTISED_LISTENERS=PLAINTEXT://localhost:" + port,
                "-v",
                properties + ":/etc/ahti/server.properties:ro",
                Containers.IMAGE,
                "--config",
                "/etc/ahti/server.properties",
                "--set",
                "node.id=7");
        awaitReady();
    }

    @AfterAll
    static void remove() throws Exception {
        if (port != 0) {
            podman("rm", "-f", "-t", "5", NAME);
            podman("volume", "rm", NAME);
        }
    }

    private static void awaitReady() {
        await().atMost(START)
                .until(() -> podman("logs", "--since", started(), NAME).contains("ready: broker 7"));
    }

    private static String started() throws Exception {
        return podman(
                "inspect", "--format", "{{.State.StartedAt.Format \"2006-01-02T15:04:05.999999999Z07:00\"}}", NAME);
    }

    @Test
    @Order(1)
    void runsWithoutRootAndWritesNowhereButToItsVolume() throws Exception {
        assertThat(podman("exec", NAME, "id", "-u")).isEqualTo("10001");
        assertThatThrownBy(() -> podman("exec", NAME, "touch", "/opt/ahti/mine"))
                .hasMessageContaining("Read-only");
        assertThat(podman("exec", NAME, "ls", "/var/lib/ahti")).isEqualTo("data");
    }

    @Test
    @Order(2)
    void mapsTheArchiveOfClassesThatItsImageBrings() throws Exception {
        assertThat(podman("exec", NAME, "cat", "/proc/1/maps")).contains("/opt/ahti/ahti.aot");
    }

    @Test
    @Order(3)
    void takesSettingsFromTheEnvironmentAMountedFileAndTheCommandLine() throws Exception {
        kcat(port, "one\n", "-P", "-t", "settings", "-X", "acks=all");

        assertThat(kcat(port, "", "-L", "-J", "-t", "settings"))
                .contains("\"id\":7,\"name\":\"localhost:" + port + "\"")
                .contains("\"partition\":2,")
                .doesNotContain("\"partition\":3,");
    }

    @Test
    @Order(4)
    void isHealthyWhenItIsReady() throws Exception {
        await().atMost(START).ignoreExceptions().untilAsserted(() -> podman("healthcheck", "run", NAME));
    }

    @Test
    @Order(5)
    void stopsInOrderWithStatus0AndHasItsRecordsWhenItIsStartedAgain() throws Exception {
        kcat(port, "kept\n", "-P", "-t", "kept", "-X", "acks=all", "-z", "zstd");

        podman("stop", "-t", "60", NAME);

        assertThat(podman("inspect", "--format", "{{.State.ExitCode}}", NAME)).isEqualTo("0");
        podman("start", NAME);
        awaitReady();
        assertThat(kcat(port, "", "-C", "-t", "kept", "-o", "beginning", "-e", "-q"))
                .isEqualTo("kept");
    }

    /** No assertion on the time: that is for a machine that does nothing else. */
    @Test
    @Order(6)
    void tellsHowLongItTookToStartAndWhatItUses() throws Exception {
        String ready = podman("logs", "--timestamps", "--since", started(), NAME)
                .lines()
                .filter(line -> line.contains("ready: broker"))
                .findFirst()
                .orElseThrow();
        Duration took = Duration.between(OffsetDateTime.parse(started()), OffsetDateTime.parse(ready.split(" ")[0]));
        System.out.println("in its container: ready after " + took.toMillis() + " ms, memory "
                + podman("stats", "--no-stream", "--format", "{{.MemUsage}}", NAME));
        assertThat(took).isBetween(Duration.ZERO, START);
    }
}
