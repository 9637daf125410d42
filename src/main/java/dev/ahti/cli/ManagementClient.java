package dev.ahti.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ahti.management.TrustedCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.OptionalLong;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocketFactory;

/**
 * Asks the management HTTP of one broker. By the JDK's plain connection, which is there sooner than its HTTP client.
 *
 * @param url without a slash at the end
 * @param user null for none
 * @param trusted PEM file with certificates to trust, by issuer and not by name; null for those of the JDK
 */
record ManagementClient(String url, String user, String password, Path trusted) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MS = 5_000;

    /** User, password and certificate as the environment of a broker has them. */
    static ManagementClient of(String url, Map<String, String> environment) {
        String certificate = environment.get("AHTI_MANAGEMENT_TLS_CERTIFICATE");
        return new ManagementClient(
                url.replaceAll("/+$", ""),
                environment.get("AHTI_MANAGEMENT_USER"),
                environment.get("AHTI_MANAGEMENT_PASSWORD"),
                certificate == null ? null : Path.of(certificate));
    }

    /**
     * @throws IOException where no answer comes
     * @throws CommandProblem where the answer is not what was asked for
     */
    JsonNode get(String path) throws IOException {
        HttpURLConnection connection = open(path);
        try {
            int status = statusOf(connection);
            if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
                throw new CommandProblem(url + " wants another user or password: set AHTI_MANAGEMENT_USER and"
                        + " AHTI_MANAGEMENT_PASSWORD");
            }
            if (status != HttpURLConnection.HTTP_OK) {
                throw new CommandProblem(url + path + " answers with status " + status
                        + ": is that the management address of a broker, of this version?");
            }
            try (InputStream body = connection.getInputStream()) {
                return JSON.readTree(body);
            } catch (JacksonException e) {
                throw new CommandProblem(url + path + " does not answer as a broker does: name its management address");
            }
        } finally {
            connection.disconnect();
        }
    }

    private static int statusOf(HttpURLConnection connection) throws IOException {
        try {
            return connection.getResponseCode();
        } catch (SSLHandshakeException e) {
            throw new IOException(
                    "its certificate is not trusted: name the file that has it in AHTI_MANAGEMENT_TLS_CERTIFICATE", e);
        }
    }

    /** The time of a broker that answers, in whole seconds as milliseconds; empty where none does. */
    OptionalLong aliveAt() {
        try {
            HttpURLConnection connection = open("/alive");
            try {
                boolean alive = connection.getResponseCode() == HttpURLConnection.HTTP_OK
                        && new String(connection.getInputStream().readNBytes(16), StandardCharsets.US_ASCII)
                                .startsWith("alive");
                return alive ? OptionalLong.of(connection.getDate()) : OptionalLong.empty();
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri(path).toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MS);
        connection.setReadTimeout(TIMEOUT_MS);
        if (user != null) {
            byte[] credentials = (user + ":" + (password == null ? "" : password)).getBytes(StandardCharsets.UTF_8);
            connection.setRequestProperty(
                    "Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
        }
        if (connection instanceof HttpsURLConnection https && trusted != null) {
            https.setSSLSocketFactory(trusting(trusted));
            https.setHostnameVerifier((host, session) -> true);
        }
        return connection;
    }

    private URI uri(String path) {
        try {
            URI uri = URI.create(url + path);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw notAnAddress();
        }
        throw notAnAddress();
    }

    private CommandProblem notAnAddress() {
        return new CommandProblem("\"" + url + "\" is no address: write it as http://127.0.0.1:8558");
    }

    private static SSLSocketFactory trusting(Path file) {
        try {
            Certificate[] certificates = TrustedCertificates.read(Files.readAllBytes(file));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, TrustedCertificates.managers(certificates), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new CommandProblem("cannot read certificates from " + file + ": " + e.getMessage());
        }
    }
}
