package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.cli.StatusCommand;
import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.EmbeddedBroker;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers whose management wants a password and speaks HTTPS find each other all the same. */
class SecuredManagementIT {
    private static final String PEMS = "src/test/resources/dev/ahti/management/";

    @TempDir
    Path directory;

    @Test
    void brokersFormAClusterOverHttpsAndStatusNeedsThePassword() throws Exception {
        int[] ports = {BrokerProcess.freePort(), BrokerProcess.freePort()};
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("postgresql"))
                .start()) {
            String url = postgres.getJdbcUrl("postgres", "postgres");
            CompletableFuture<EmbeddedBroker> first = CompletableFuture.supplyAsync(() -> start(1, ports, url));
            try (EmbeddedBroker two = start(2, ports, url);
                    EmbeddedBroker one = first.get(60, TimeUnit.SECONDS)) {
                assertThat(one.management()).startsWith("https://");

                assertThat(status(one, Map.of("AHTI_MANAGEMENT_TLS_CERTIFICATE", PEMS + "certificate.pem")))
                        .contains("set AHTI_MANAGEMENT_USER and AHTI_MANAGEMENT_PASSWORD");
                Map<String, String> watcher = Map.of(
                        "AHTI_MANAGEMENT_TLS_CERTIFICATE",
                        PEMS + "certificate.pem",
                        "AHTI_MANAGEMENT_USER",
                        "watcher",
                        "AHTI_MANAGEMENT_PASSWORD",
                        "right");
                // The first to start was a majority by itself until the other came, whose vote it has a keep-alive
                // later.
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(status(two, watcher))
                        .contains("PLAINTEXT://" + one.bootstrap(), "PLAINTEXT://" + two.bootstrap())
                        .contains("All is well."));
                assertThat(status(one, Map.of()))
                        .startsWith("ahti: no broker answers at https://")
                        .contains("its certificate is not trusted: name the file that has it in AHTI_MANAGEMENT_TLS");
            }
        }
    }

    private EmbeddedBroker start(int id, int[] ports, String database) {
        return EmbeddedBroker.start(
                directory.resolve("broker-" + id),
                "node.id",
                Integer.toString(id),
                "ahti.metadata.url",
                database,
                "ahti.cluster.port",
                Integer.toString(BrokerProcess.freePort()),
                "ahti.management.port",
                Integer.toString(ports[id - 1]),
                "ahti.cluster.contact-points",
                "127.0.0.1:" + ports[0] + ",127.0.0.1:" + ports[1],
                "ahti.management.user",
                "watcher",
                "ahti.management.password",
                "right",
                "ahti.management.tls.certificate",
                PEMS + "certificate.pem",
                "ahti.management.tls.key",
                PEMS + "key.pem");
    }

    private static String status(EmbeddedBroker broker, Map<String, String> environment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        StatusCommand.run(List.of("--management", broker.management()), environment, print, print);
        return out.toString(StandardCharsets.UTF_8);
    }
}
