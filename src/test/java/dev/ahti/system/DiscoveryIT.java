package dev.ahti.system;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.KubernetesApi;
import dev.ahti.testing.TestCluster;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 25: brokers that are given no list find each other. */
class DiscoveryIT {
    @TempDir
    Path directory;

    @Test
    void brokersThatKubernetesRunsAskItForTheOthersAndFormOneCluster() throws Exception {
        try (TestCluster cluster = new TestCluster(2, directory)) {
            List<BrokerProcess> brokers =
                    cluster.ids().stream().map(cluster::broker).toList();
            try (KubernetesApi kubernetes = new KubernetesApi(directory.resolve("account"), brokers)) {
                for (BrokerProcess broker : brokers) {
                    kubernetes.contain(broker);
                    broker.with("ahti.cluster.contact-points", "")
                            .with("ahti.cluster.discovery", "kubernetes-api")
                            .with("ahti.cluster.brokers", "2");
                }
                cluster.startAll();
                cluster.awaitMembers(1, 2);
            }
        }
    }
}
