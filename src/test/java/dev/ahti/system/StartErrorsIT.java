package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stops a start says so in one line that tells what to do, and the process ends with a status that is not 0. */
class StartErrorsIT {
    @TempDir
    Path data;

    private static void assertRefused(BrokerProcess broker, String... parts) {
        try (broker) {
            int status = broker.launch().awaitExit(30);
            List<String> errors = broker.output()
                    .lines()
                    .filter(line -> !line.isBlank() && !line.contains(" INFO "))
                    .toList();
            assertThat(errors).as(broker.output()).hasSize(1);
            assertThat(errors.get(0)).contains(parts).doesNotContain("Exception");
            assertThat(status).isEqualTo(1);
        }
    }

    @Test
    void anUnknownSetting() {
        assertRefused(BrokerProcess.on(data).with("node.idd", "1"), "node.idd", "node.id");
    }

    @Test
    void aValueThatIsNoNumber() {
        assertRefused(BrokerProcess.on(data).with("num.partitions", "many"), "num.partitions", "many");
    }

    @Test
    void anAdvertisedAddressThatNobodyCanReach() {
        assertRefused(
                BrokerProcess.on(data).with("listeners", "PLAINTEXT://0.0.0.0:0"), "0.0.0.0", "advertised.listeners");
    }

    @Test
    void aTakenKafkaPort() throws Exception {
        BrokerProcess broker = BrokerProcess.on(data);
        try (ServerSocket taken = new ServerSocket(broker.kafkaPort())) {
            assertRefused(broker, Integer.toString(taken.getLocalPort()), "listeners");
        }
    }

    @Test
    void aTakenManagementPort() throws Exception {
        BrokerProcess broker = BrokerProcess.on(data);
        try (ServerSocket taken = new ServerSocket(broker.managementPort())) {
            assertRefused(broker, Integer.toString(taken.getLocalPort()), "ahti.management.port");
        }
    }

    @Test
    void aTakenClusterPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());
            assertRefused(BrokerProcess.on(data).with("ahti.cluster.port", port), port, "ahti.cluster.port");
        }
    }

    @Test
    void aClusterOnEmbeddedDatabases() {
        assertRefused(
                BrokerProcess.on(data).with("ahti.cluster.contact-points", "127.0.0.1:8558,127.0.0.1:8559"),
                "ahti.metadata.url",
                "jdbc:postgresql://host/database");
    }

    @Test
    void aDatabaseThatIsNotThere() {
        int port = BrokerProcess.freePort();
        assertRefused(
                BrokerProcess.on(data).with("ahti.metadata.url", "jdbc:postgresql://127.0.0.1:" + port + "/ahti"),
                "127.0.0.1:" + port,
                "ahti.metadata.url");
    }

    @Test
    void aDataDirectoryInUseOrOfAnotherBrokerOrWithAnotherPassword() throws Exception {
        try (BrokerProcess first = BrokerProcess.on(data).start()) {
            assertRefused(BrokerProcess.on(data), data.toString(), "in use");
            assertThat(first.isAlive()).isTrue();
            assertThat(first.terminate()).isZero();
        }
        assertRefused(BrokerProcess.on(data).with("node.id", "7"), data.toString(), "node.id");
        assertRefused(BrokerProcess.on(data).with("ahti.metadata.password", "wrong"), "ahti.metadata.password");
        Path identity = data.resolve("meta.properties");
        Files.writeString(identity, Files.readString(identity).replaceAll("cluster.id=.*", "cluster.id=another"));
        assertRefused(BrokerProcess.on(data), "cluster another", "ahti.metadata.url", "log.dirs");
    }
}
