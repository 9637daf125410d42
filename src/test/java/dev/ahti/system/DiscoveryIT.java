package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.KubernetesApi;
import dev.ahti.testing.Manifests;
import dev.ahti.testing.TestCluster;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 25: brokers that are given no list find each other, with what the manifests of {@code k8s/} tell them. */
class DiscoveryIT {
    private static final int LIMIT_SECONDS = 60;

    @TempDir
    Path directory;

    private final Manifests manifests = Manifests.of("production");
    private final int virtualPort = BrokerProcess.freePort();

    @Test
    void brokersThatKubernetesRunsAskItForTheOthersAndFormOneCluster() throws Exception {
        try (TestCluster cluster = new TestCluster(manifests.replicas(), directory);
                KubernetesApi kubernetes = new KubernetesApi(directory.resolve("account"), manifests)) {
            for (int id : cluster.ids()) {
                kubernetes.contain(cluster.broker(id), id - 1, Map.of("ahti", Map.of("AHTI_CLUSTER_SECRET", "s")));
                onThisMachine(cluster.broker(id), id == 1 ? virtualPort : BrokerProcess.freePort());
            }
            cluster.startAll();

            cluster.awaitMembers(1, 3);
            cluster.ids().forEach(id -> awaitProbes(cluster.broker(id)));
            assertThat(shown("127.0.0.1:" + virtualPort))
                    .as("at the listener of the Service")
                    .extracting(Node::id)
                    .containsExactly(0);
        }
    }

    /** What differs from pods: data and ports of its own for each, and the addresses. The id does not. */
    private static void onThisMachine(BrokerProcess broker, int virtualPort) {
        String listeners = "DIRECT://" + broker.bootstrap() + ",VIRTUAL://127.0.0.1:" + virtualPort;
        broker.without("node.id")
                .without("ahti.cluster.contact-points")
                .without("min.insync.replicas")
                .with("listeners", listeners)
                .with("advertised.listeners", listeners);
    }

    private void awaitProbes(BrokerProcess broker) {
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            String path =
                    manifests.container().at("/" + probe + "/httpGet/path").asText();
            URI uri = URI.create("http://127.0.0.1:" + broker.managementPort() + path);
            Awaitility.await(probe)
                    .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                    .until(() -> HttpClient.newHttpClient()
                                    .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
        }
    }

    private static List<Node> shown(String address) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            return List.copyOf(admin.describeCluster().nodes().get(LIMIT_SECONDS, TimeUnit.SECONDS));
        }
    }
}
