package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.KubernetesApi;
import dev.ahti.testing.Manifests;
import dev.ahti.testing.TestCluster;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 25: brokers that are given no list find each other, with what the manifests of {@code k8s/} tell them. */
class DiscoveryIT {
    private static final int LIMIT_SECONDS = 60;
    private static final String PEMS = "src/test/resources/dev/ahti/management/";

    @TempDir
    Path directory;

    private final int virtualPort = BrokerProcess.freePort();

    @Test
    void brokersThatKubernetesRunsAskItForTheOthersAndFormOneCluster() throws Exception {
        formACluster(Manifests.of("production"), Map.of("AHTI_CLUSTER_SECRET", "s"), broker -> {});
    }

    /** The certificate is that of the Secret in pods, and this one here. */
    @Test
    void soTheyDoWhereTheComponentsAreInAndManagementIsOverHttpsWithAPassword() throws Exception {
        formACluster(
                Manifests.at(Manifests.withComponents(directory.resolve("k8s"))),
                Map.of(
                        "AHTI_CLUSTER_SECRET", "s",
                        "AHTI_MANAGEMENT_USER", "watcher",
                        "AHTI_MANAGEMENT_PASSWORD", "right"),
                broker -> broker.with("ahti.management.tls.certificate", PEMS + "certificate.pem")
                        .with("ahti.management.tls.key", PEMS + "key.pem"));
    }

    private void formACluster(Manifests manifests, Map<String, String> secret, Consumer<BrokerProcess> here)
            throws Exception {
        try (TestCluster cluster = new TestCluster(manifests.replicas(), directory);
                KubernetesApi kubernetes = new KubernetesApi(directory.resolve("account"), manifests)) {
            for (int id : cluster.ids()) {
                kubernetes.contain(cluster.broker(id), id - 1, Map.of("ahti", secret));
                here.accept(cluster.broker(id));
                onThisMachine(cluster.broker(id), id == 1 ? virtualPort : BrokerProcess.freePort());
            }
            cluster.startAll();

            for (int id : cluster.ids()) {
                awaitProbes(manifests, cluster.broker(id));
            }
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

    private static void awaitProbes(Manifests manifests, BrokerProcess broker) throws GeneralSecurityException {
        HttpClient kubelet =
                HttpClient.newBuilder().sslContext(trustingEverybody()).build();
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            JsonNode asks = manifests.container().at("/" + probe + "/httpGet");
            String scheme = asks.path("scheme").asText("HTTP").toLowerCase(Locale.ROOT);
            URI uri = URI.create(scheme + "://127.0.0.1:" + broker.managementPort()
                    + asks.path("path").asText());
            Awaitility.await(probe)
                    .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                    .until(() ->
                            kubelet.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                                            .statusCode()
                                    == 200);
        }
    }

    /** As the kubelet does. */
    private static SSLContext trustingEverybody() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsEverybody()}, null);
        return context;
    }

    private static final class TrustsEverybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static List<Node> shown(String address) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            return List.copyOf(admin.describeCluster().nodes().get(LIMIT_SECONDS, TimeUnit.SECONDS));
        }
    }
}
