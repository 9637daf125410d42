package dev.ahti.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** As much of Kubernetes' API server as a broker asks for: the pods of its namespace with its label, each one broker. */
public final class KubernetesApi implements AutoCloseable {
    private static final String NAMESPACE = "streams";
    private static final String TOKEN = "a token";
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final HttpsServer server;
    private final Path account;
    private final List<BrokerProcess> pods;

    /** @param account directory for what Kubernetes mounts into each container */
    public KubernetesApi(Path account, List<BrokerProcess> pods) throws Exception {
        this.account = Files.createDirectories(account);
        this.pods = List.copyOf(pods);
        Files.writeString(account.resolve("namespace"), NAMESPACE);
        Files.writeString(account.resolve("token"), TOKEN);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls()));
        server.createContext("/api/v1/namespaces/" + NAMESPACE + "/pods", this::answer);
        server.start();
    }

    private SSLContext tls() throws IOException, GeneralSecurityException, InterruptedException {
        Path file = account.resolve("keys.p12");
        new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "api",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .start()
                .waitFor();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        Files.writeString(
                account.resolve("ca.crt"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getCertificate("api").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** Tells the broker what its container would be told. */
    public void contain(BrokerProcess broker) {
        String option = " -Dpekko.discovery.kubernetes-api.";
        broker.withEnvironment("KUBERNETES_SERVICE_HOST", "localhost")
                .withEnvironment(
                        "KUBERNETES_SERVICE_PORT",
                        Integer.toString(server.getAddress().getPort()))
                .withMoreJavaOptions(option + "api-ca-path=" + account.resolve("ca.crt") + option + "api-token-path="
                        + account.resolve("token") + option + "pod-namespace-path=" + account.resolve("namespace"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean allowed = ("Bearer " + TOKEN)
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"))
                && "labelSelector=app=ahti".equals(exchange.getRequestURI().getQuery());
        byte[] answer = (allowed ? podList() : "{}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(allowed ? 200 : 403, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private String podList() {
        return pods.stream().map(KubernetesApi::pod).collect(Collectors.joining(",", "{\"items\":[", "]}"));
    }

    private static String pod(BrokerProcess broker) {
        return """
                {"metadata": {"labels": {"app": "ahti"}},
                 "spec": {"containers": [{"name": "ahti", "ports": [
                   {"name": "kafka", "containerPort": %d}, {"name": "management", "containerPort": %d}]}]},
                 "status": {"podIP": "127.0.0.1", "phase": "Running"}}"""
                .formatted(broker.kafkaPort(), broker.managementPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
