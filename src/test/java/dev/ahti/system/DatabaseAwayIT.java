package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metadata database is away when a broker starts. That of a first start is in {@link StartErrorsIT}. */
class DatabaseAwayIT {
    private final int port = BrokerProcess.freePort();

    @TempDir
    Path directory;

    private EmbeddedPostgres postgres() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(directory.resolve("postgresql"))
                .setCleanDataDirectory(false)
                .start();
    }

    /** Rule 23. */
    @Test
    void aBrokerThatTheClusterKnowsWaitsForItAndIsReadyOnceItIsBack() throws Exception {
        try (BrokerProcess broker = BrokerProcess.on(directory.resolve("data"))) {
            try (EmbeddedPostgres database = postgres()) {
                broker.with("ahti.metadata.url", database.getJdbcUrl("postgres", "postgres"))
                        .start();
                assertThat(broker.terminate()).isZero();
            }

            broker.launch().awaitOutput("Still waiting: to be registered");
            assertThat(broker.output()).contains("Going on without it: the metadata database");
            assertThat(broker.isAlive()).isTrue();

            try (EmbeddedPostgres database = postgres()) {
                broker.awaitReady();
                assertThat(broker.terminate()).isZero();
            }
        }
    }
}
