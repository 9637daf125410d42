package dev.ahti.containers;

import static dev.ahti.containers.Containers.compose;
import static dev.ahti.containers.Containers.kcat;
import static dev.ahti.containers.Containers.podman;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.testing.BrokerProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** docker/compose.yaml: PostgreSQL, three brokers, and one published port in front of them. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposeIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int RECORDS = 100;
    private static final Map<String, String> ENVIRONMENT = new HashMap<>();
    private static int port;
    private static int direct;

    @BeforeAll
    static void up() throws Exception {
        Containers.build();
        port = BrokerProcess.freePort();
        direct = BrokerProcess.freePort();
        ENVIRONMENT.putAll(Map.of(
                "AHTI_IMAGE", Containers.IMAGE,
                "JAVA_OPTS", "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
                "PORT", Integer.toString(port),
                "PORT_1", Integer.toString(direct),
                "PORT_2", Integer.toString(BrokerProcess.freePort()),
                "PORT_3", Integer.toString(BrokerProcess.freePort())));
        long start = System.nanoTime();
        compose(ENVIRONMENT, "up", "-d", "--no-build");
        awaitHealthy(1);
        awaitHealthy(2);
        awaitHealthy(3);
        System.out.println("compose: three brokers ready after "
                + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
    }

    @AfterAll
    static void down() throws Exception {
        if (port != 0) {
            compose(ENVIRONMENT, "down", "-v", "-t", "5");
        }
    }

    private static String container(int broker) throws Exception {
        return podman("ps", "-a", "--format", "{{.Names}}")
                .lines()
                .filter(name -> name.matches("ahti-it[-_]broker-" + broker + "[-_]1"))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitHealthy(int broker) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> podman("healthcheck", "run", container(broker)));
    }

    @Test
    @Order(1)
    void behindThePublishedPortTheClusterLooksLikeOneBroker() throws Exception {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> assertThat(
                        kcat(port, "", "-L", "-J", "-m", "5"))
                .contains("\"name\":\"localhost:" + port + "\"")
                .contains("\"brokers\":[{\"id\":0,"));
    }

    @Test
    @Order(2)
    void atADirectPortEachBrokerHasAnAddressOfItsOwn() throws Exception {
        assertThat(kcat(direct, "", "-L", "-J"))
                .contains("\"name\":\"localhost:" + direct + "\"")
                .contains("\"id\":1,", "\"id\":2,", "\"id\":3,");
    }

    @Test
    @Order(3)
    void recordsGoInAndOutThroughThePublishedPortWhileABrokerIsStoppedAndComesBack() throws Exception {
        produce(0);

        podman("stop", "-t", "60", container(2));
        assertThat(podman("inspect", "--format", "{{.State.ExitCode}}", container(2)))
                .isEqualTo("0");
        produce(1);
        assertThat(consumed()).containsExactlyInAnyOrderElementsOf(records(0, 2));

        podman("start", container(2));
        awaitHealthy(2);
        produce(2);
        assertThat(consumed()).containsExactlyInAnyOrderElementsOf(records(0, 3));
    }

    private static void produce(int round) throws Exception {
        kcat(port, String.join("\n", records(round, round + 1)) + "\n", "-P", "-t", "orders", "-X", "acks=all");
    }

    private static List<String> records(int from, int to) {
        return IntStream.range(from * RECORDS, to * RECORDS)
                .mapToObj(i -> "order " + i)
                .collect(Collectors.toList());
    }

    private static List<String> consumed() throws Exception {
        return kcat(port, "", "-C", "-t", "orders", "-o", "beginning", "-e", "-q")
                .lines()
                .toList();
    }
}
