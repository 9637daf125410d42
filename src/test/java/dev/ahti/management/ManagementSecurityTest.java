package dev.ahti.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.ahti.management.ManagementSecurity.Credentials;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With {@code ahti.management.user}. */
class ManagementSecurityTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final List<String> GUARDED = List.of(
            "/metrics",
            "/ahti/image",
            "/ahti/brokers",
            "/ahti/metadata",
            "/ahti/topics",
            "/ahti/partitions",
            "/ahti/strays",
            "/ahti/lag",
            "/ahti/groups",
            "/ahti/groups/g",
            "/cluster/members",
            "/nothing");

    private static ActorTestKit kit;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        kit = ActorTestKit.create(ConfigFactory.parseString(
                        """
                        pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        pekko.management.http { hostname = "127.0.0.1", port = 0 }
                        """)
                .withFallback(ConfigFactory.load()));
        ManagementSecurity security =
                new ManagementSecurity(Optional.of(new Credentials("somebody", "right")), Optional.empty());
        address = ManagementHttp.start(kit.system(), security)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
    }

    private static int status(String path, String credentials) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
        if (credentials != null) {
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void nothingIsShownWithoutThePassword() throws Exception {
        for (String path : GUARDED) {
            assertThat(status(path, null)).as(path).isEqualTo(401);
            assertThat(status(path, "somebody:wrong")).as(path).isEqualTo(401);
            assertThat(status(path, "nobody:right")).as(path).isEqualTo(401);
        }
    }

    @Test
    void probesNeedNone() throws Exception {
        assertThat(status("/alive", null)).isEqualTo(200);
        assertThat(status("/ready", null)).isEqualTo(503);
    }

    @Test
    void everythingIsShownWithIt() throws Exception {
        for (String path : List.of("/metrics", "/ahti/image", "/ahti/topics", "/cluster/members")) {
            assertThat(status(path, "somebody:right")).as(path).isEqualTo(200);
        }
    }

    @Test
    void thePasswordIsNotPrinted() {
        assertThat(new Credentials("somebody", "right").toString()).doesNotContain("right");
    }
}
