package dev.ahti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... words) {
        return StatusCommand.run(
                List.of(words),
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String error() {
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("ahti: ").hasLineCount(1);
        return err.toString(StandardCharsets.UTF_8);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static HttpServer answering(int status, String body) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String url(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Test
    void saysInOneLineThatNobodyAnswers() throws Exception {
        String url = "http://127.0.0.1:" + closedPort();

        assertThat(run(Map.of(), "--management", url)).isEqualTo(2);

        assertThat(error()).contains("no broker answers at " + url, "--management URL");
    }

    @Test
    void asksWhereTheEnvironmentSaysUnlessTold() throws Exception {
        int port = closedPort();

        assertThat(run(Map.of("AHTI_MANAGEMENT_HOST", "0.0.0.0", "AHTI_MANAGEMENT_PORT", Integer.toString(port))))
                .isEqualTo(2);

        assertThat(error()).contains("http://127.0.0.1:" + port);
    }

    @Test
    void asksTheNextWhereOneDoesNotAnswer() throws Exception {
        HttpServer server = answering(404, "nothing");
        try {
            assertThat(run(Map.of(), "--management", "http://127.0.0.1:" + closedPort() + "," + url(server)))
                    .isEqualTo(2);

            assertThat(error()).contains(url(server) + "/ahti/brokers answers with status 404");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void saysWhatIsMissingWhereAPasswordIsWanted() throws Exception {
        HttpServer server = answering(401, "");
        try {
            assertThat(run(Map.of(), "--management", url(server))).isEqualTo(2);

            assertThat(error()).contains("AHTI_MANAGEMENT_USER", "AHTI_MANAGEMENT_PASSWORD");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whatAnswersWithSomethingElseIsNoBroker() throws Exception {
        HttpServer server = answering(200, "<html>");
        try {
            assertThat(run(Map.of(), "--management", url(server))).isEqualTo(2);

            assertThat(error()).contains("does not answer as a broker does");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void refusesWhatItDoesNotUnderstandInOneLine() {
        assertThat(run(Map.of(), "--management", "nonsense")).isEqualTo(2);
        assertThat(error()).contains("\"nonsense\" is no address");
        err.reset();
        assertThat(run(Map.of(), "--all")).isEqualTo(2);
        assertThat(error()).contains("'--all' is no argument of ahti status");
        err.reset();
        assertThat(run(Map.of(), "--management")).isEqualTo(2);
        assertThat(error()).contains("write --management URL");
    }

    @Test
    void helpTellsTheExitStatus() {
        assertThat(run(Map.of(), "--help")).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Exit status: 0 where all is well; 1 where");
    }
}
