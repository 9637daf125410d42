package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.DnsServer;
import dev.ahti.testing.TestCluster;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 25: two brokers that are given one name find each other at its addresses, which are of loopback here. */
class DnsDiscoveryIT {
    private static final String NAME = "brokers.ahti.example";
    private static final String FIRST = "127.0.0.1";
    private static final String SECOND = "127.0.0.2";

    @TempDir
    Path directory;

    private DnsServer dns;
    private TestCluster cluster;

    @BeforeEach
    void prepare() throws Exception {
        dns = new DnsServer();
        cluster = new TestCluster(2, directory);
        int managementPort = BrokerProcess.freePort();
        for (int id : cluster.ids()) {
            cluster.broker(id)
                    .with("ahti.cluster.discovery", "dns")
                    .with("ahti.cluster.brokers", "2")
                    .with("ahti.cluster.contact-points", NAME + ":" + managementPort)
                    .with("ahti.management.port", Integer.toString(managementPort));
            dns.serve(cluster.broker(id));
        }
        // The first one, which begins the cluster, is told its address as a name: DNS answers with numbers.
        cluster.broker(1).with("ahti.management.host", "localhost");
        cluster.broker(2).with("ahti.management.host", SECOND);
    }

    @AfterEach
    void stop() {
        cluster.close();
        dns.close();
    }

    @Test
    void untilTheNameHasTheAddressesOfBothTheyWaitAndThenFormOneCluster() throws Exception {
        launchAll();
        String line = "Discovery finds no broker by the name " + NAME + " yet";
        cluster.ids().forEach(id -> cluster.broker(id).awaitOutput(line));
        dns.awaitAnswersToBoth();
        assertNoneIsReady();

        dns.resolve(NAME, FIRST);
        dns.awaitAnswersToBoth();
        assertNoneIsReady();

        // And one more of the first, at which it does not listen.
        dns.resolve(NAME, SECOND, "::1", FIRST);
        awaitOneCluster();
        for (int id : cluster.ids()) {
            assertThat(cluster.broker(id).output()).containsOnlyOnce(line);
        }
    }

    private void launchAll() {
        cluster.ids().forEach(id -> cluster.broker(id).launch());
    }

    private void assertNoneIsReady() {
        cluster.ids().forEach(id -> assertThat(cluster.broker(id).output()).doesNotContain("ready: broker"));
    }

    private void awaitOneCluster() {
        cluster.ids().forEach(id -> cluster.broker(id).awaitReady());
        cluster.awaitLive(cluster.ids());
    }
}
