package dev.ahti.testing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * As much of Kubernetes' API server as a broker asks for: the pods that the manifests make, each of them one broker, if they
 * have the labels that it asks for and the Roles allow it to ask.
 */
public final class KubernetesApi implements AutoCloseable {
    private static final String NAMESPACE = "streams";
    private static final String SELECTOR = "labelSelector=";
    private static final String TOKEN = "a token";
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final HttpsServer server;
    private final Path account;
    private final Manifests manifests;
    private final Map<String, BrokerProcess> pods = new LinkedHashMap<>();

    /** @param account directory for what Kubernetes mounts into each container */
    public KubernetesApi(Path account, Manifests manifests) throws Exception {
        this.account = Files.createDirectories(account);
        this.manifests = manifests;
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

    /** Tells the broker what the container of this pod would be told. */
    public void contain(BrokerProcess broker, int ordinal, Map<String, Map<String, String>> secrets) {
        Manifests.Pod pod = manifests.pod(ordinal, NAMESPACE, "127.0.0.1");
        pods.put(pod.name(), broker);
        manifests.environment(pod, secrets).forEach(broker::withEnvironment);
        String option = " -Dpekko.discovery.kubernetes-api.";
        broker.withEnvironment("KUBERNETES_SERVICE_HOST", "localhost")
                .withEnvironment(
                        "KUBERNETES_SERVICE_PORT",
                        Integer.toString(server.getAddress().getPort()))
                .withMoreJavaOptions(option + "api-ca-path=" + account.resolve("ca.crt") + option + "api-token-path="
                        + account.resolve("token") + option + "pod-namespace-path=" + account.resolve("namespace"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean allowed =
                ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))
                        && manifests.allow("list", "pods");
        byte[] answer =
                (allowed ? podList(exchange.getRequestURI().getQuery()) : "{}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(allowed ? 200 : 403, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private String podList(String query) {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        ArrayNode items = list.putArray("items");
        if (query.startsWith(SELECTOR) && selected(query.substring(SELECTOR.length()))) {
            pods.forEach((name, broker) -> items.add(pod(name, broker)));
        }
        return list.toString();
    }

    private boolean selected(String selector) {
        return Arrays.stream(selector.split(","))
                .map(requirement -> requirement.split("=", 2))
                .allMatch(label -> label[1].equals(manifests.podLabels().get(label[0])));
    }

    /** As the template has it, but that each broker of this machine has a port of its own. */
    private ObjectNode pod(String name, BrokerProcess broker) {
        ObjectNode pod = manifests.podTemplate().deepCopy();
        ((ObjectNode) pod.path("metadata")).put("name", name);
        pod.findParents("containerPort").stream()
                .filter(port -> port.path("name").asText().equals("management"))
                .forEach(port -> ((ObjectNode) port).put("containerPort", broker.managementPort()));
        pod.putObject("status").put("podIP", "127.0.0.1").put("phase", "Running");
        return pod;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
