package dev.ahti.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.model.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerConfigTest {
    @TempDir
    Path directory;

    @Test
    void withNoConfigurationItIsBrokerOneOnLoopback() {
        BrokerConfig config = with();

        assertThat(config.nodeId()).isEqualTo(1);
        assertThat(config.dataDirectory()).isEqualTo(Path.of("./ahti-data"));
        assertThat(config.listeners()).containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 9092));
        assertThat(config.advertisedListeners()).isEqualTo(config.listeners());
        assertThat(config.intValue("ahti.management.port")).isEqualTo(8558);
        assertThat(config.listValue("ahti.cluster.contact-points")).isEmpty();
        assertThat(config.longValue("queued.max.request.bytes"))
                .isEqualTo(Runtime.getRuntime().maxMemory() / 4);
        assertThat(config.explicitValues()).isEmpty();
    }

    @Test
    void topicDefaultsAreKafkasWhereNothingIsSet() {
        Map<String, ?> kafkas = new LogConfig(Map.of()).values();

        assertThat(with().topicConfig(Map.of()).values()).hasToString(kafkas.toString());
    }

    @Test
    void theCommandLineIsStrongerThanTheEnvironmentAndThatThanTheFile() throws IOException {
        Path file = file("server.properties", "node.id=1\nbroker.rack=file\nnum.partitions=7\n");

        BrokerConfig config = BrokerConfig.load(new ConfigSources(
                Map.of("node.id", "3"), Map.of("AHTI_NODE_ID", "2", "AHTI_BROKER_RACK", "environment"), file));

        assertThat(config.nodeId()).isEqualTo(3);
        assertThat(config.stringValue("broker.rack")).isEqualTo("environment");
        assertThat(config.intValue("num.partitions")).isEqualTo(7);
        assertThat(config.explicitValues()).containsOnlyKeys("node.id", "broker.rack", "num.partitions");
    }

    @Test
    void anEnvironmentVariableDropsAhtiAndTurnsDotsAndDashesIntoUnderscores() {
        BrokerConfig config = BrokerConfig.load(new ConfigSources(
                Map.of(),
                Map.of(
                        "AHTI_METADATA_URL", "jdbc:postgresql://db/ahti",
                        "AHTI_CLUSTER_CONTACT_POINTS", "a:8558, b:8558",
                        "AHTI_PORT_9092_TCP", "tcp://10.0.0.1:9092"),
                null));

        assertThat(config.stringValue("ahti.metadata.url")).isEqualTo("jdbc:postgresql://db/ahti");
        assertThat(config.listValue("ahti.cluster.contact-points")).containsExactly("a:8558", "b:8558");
    }

    @Test
    void anEnvironmentVariableThatIsEmptyIsNone() {
        BrokerConfig config = BrokerConfig.load(
                new ConfigSources(Map.of(), Map.of("AHTI_BROKER_RACK", "", "AHTI_NODE_ID", ""), null));

        assertThat(config.stringValue("broker.rack")).isNull();
        assertThat(config.nodeId()).isEqualTo(1);
    }

    @Test
    void aPodOfAStatefulSetHasTheBrokerOfItsOrdinalPlusOne() {
        assertThat(with("ahti.pod.name", "ahti-0").nodeId()).isEqualTo(1);
        assertThat(with("ahti.pod.name", "my-ahti-12").nodeId()).isEqualTo(13);
        assertThat(with("ahti.pod.name", "ahti-2", "node.id", "7").nodeId()).isEqualTo(7);
        assertThat(with("ahti.pod.name", "ahti-2")
                        .with(Map.of("num.partitions", "9"))
                        .nodeId())
                .isEqualTo(3);
        refused("ahti.pod.name is ahti-x, which does not end in a number", "ahti.pod.name", "ahti-x");
    }

    @Test
    void readsHocon() throws IOException {
        Path file = file(
                "broker.conf",
                """
                node.id = 4
                log { dirs = "/data", retention.ms = 1000 }
                listeners = ["A://h:1", "B://h:2"]
                listener.security.protocol.map = "A:PLAINTEXT,B:PLAINTEXT"
                ahti.cluster.contact-points = ["h:1", "h:2"]
                """);

        BrokerConfig config = BrokerConfig.load(new ConfigSources(Map.of(), Map.of(), file));

        assertThat(config.nodeId()).isEqualTo(4);
        assertThat(config.dataDirectory()).isEqualTo(Path.of("/data"));
        assertThat(config.listeners()).extracting(Endpoint::listener).containsExactly("A", "B");
        assertThat(config.topicDefaults()).containsEntry("retention.ms", 1000L);
        assertThat(config.listValue("ahti.cluster.contact-points")).containsExactly("h:1", "h:2");
    }

    @Test
    void aListenerIsDirectUnlessItsModeOrThatOfAllIsVirtual() {
        Map<String, String> two = Map.of(
                "listeners", "IN://h:1,OUT://h:2", "listener.security.protocol.map", "IN:PLAINTEXT,OUT:PLAINTEXT");

        assertThat(with(two).virtualListeners()).isEmpty();
        assertThat(withMode(two, "direct").virtualListeners()).isEmpty();
        assertThat(withMode(two, "virtual").virtualListeners()).containsExactlyInAnyOrder("IN", "OUT");
        assertThat(withMode(two, "in:direct, out:virtual").virtualListeners()).containsExactly("OUT");
        assertThat(withMode(two, "OUT:virtual").virtualListeners()).containsExactly("OUT");
    }

    @Test
    void aModeThatCannotBeIsNamed() {
        Map<String, String> one = Map.of("listeners", "PLAINTEXT://h:1");

        for (String wrong : List.of("both", "PLAINTEXT:both", "direct,virtual", "PLAINTEXT:virtual:direct")) {
            assertThatThrownBy(() -> withMode(one, wrong))
                    .isInstanceOf(ConfigProblem.class)
                    .hasMessageContaining("write direct, virtual, or a mode for each listener");
        }
        assertThatThrownBy(() -> withMode(one, "OUT:virtual"))
                .hasMessage("ahti.listener.mode names the listener OUT, which listeners does not have");
        assertThatThrownBy(() -> withMode(one, "PLAINTEXT:virtual,PLAINTEXT:direct"))
                .hasMessage("ahti.listener.mode names the listener PLAINTEXT twice");
    }

    private static BrokerConfig withMode(Map<String, String> settings, String mode) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("ahti.listener.mode", mode);
        return with(all);
    }

    @Test
    void acceptsTheServerPropertiesThatKafkaShips() throws IOException {
        Path file = file(
                "server.properties",
                """
                process.roles=broker,controller
                node.id=1
                controller.quorum.bootstrap.servers=localhost:9093
                listeners=PLAINTEXT://:9092,CONTROLLER://:9093
                inter.broker.listener.name=PLAINTEXT
                advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
                controller.listener.names=CONTROLLER
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL
                log.dirs=/tmp/kraft-combined-logs
                """);

        BrokerConfig config = BrokerConfig.load(new ConfigSources(Map.of(), Map.of(), file));

        assertThat(config.listeners()).containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "", 9092));
        assertThat(config.advertisedListeners())
                .containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", 9092));
        assertThat(config.ignoredNames())
                .containsExactly(
                        "controller.listener.names",
                        "controller.quorum.bootstrap.servers",
                        "inter.broker.listener.name",
                        "process.roles");
        assertThat(config.with(Map.of("num.partitions", "9")).intValue("num.partitions"))
                .isEqualTo(9);
    }

    @Test
    void understandsKafkasOlderNames() {
        BrokerConfig config = with("broker.id", "8", "log.dir", "/older");

        assertThat(config.nodeId()).isEqualTo(8);
        assertThat(config.dataDirectory()).isEqualTo(Path.of("/older"));
        assertThat(with("log.dir", "/older", "log.dirs", "/newer").dataDirectory())
                .isEqualTo(Path.of("/newer"));
    }

    @Test
    void retentionIsMillisecondsElseMinutesElseHours() {
        assertThat(with("log.retention.hours", "2").topicDefaults())
                .containsEntry(TopicConfig.RETENTION_MS_CONFIG, 7_200_000L);
        assertThat(with("log.retention.hours", "2", "log.retention.minutes", "3")
                        .topicDefaults())
                .containsEntry(TopicConfig.RETENTION_MS_CONFIG, 180_000L);
        assertThat(with("log.retention.ms", "5", "log.retention.minutes", "3").topicDefaults())
                .containsEntry(TopicConfig.RETENTION_MS_CONFIG, 5L);
        assertThat(with("log.retention.hours", "-1").topicDefaults())
                .containsEntry(TopicConfig.RETENTION_MS_CONFIG, -1L);
        assertThat(with("log.segment.bytes", "2000000")
                        .topicConfig(Map.of("retention.bytes", "9"))
                        .segmentSize())
                .isEqualTo(2_000_000);
    }

    @Test
    void aNameThatNobodyKnowsStopsTheStartAndSuggestsTheNearest() {
        refused("unknown setting nod.id after --set: did you mean node.id?", "nod.id", "1");
        refused("unknown setting banana after --set: docs/configuration.md lists every setting", "banana", "1");
    }

    @Test
    void aValueOutOfRangeIsNamedWithWhatIsAllowed() {
        refused("Invalid value 0 for configuration num.partitions: Value must be at least 1", "num.partitions", "0");
        refused("Invalid value x for configuration node.id: Not a number of type INT", "node.id", "x");
    }

    @Test
    void severalDirectoriesAreRefused() {
        refused("log.dirs names 2 directories: name one", "log.dirs", "/a,/b");
    }

    @Test
    void anAddressThatNoClientCanReachIsRefused() {
        refused(
                "clients cannot connect to PLAINTEXT://0.0.0.0:9092: set advertised.listeners=PLAINTEXT://HOST:9092",
                "listeners",
                "PLAINTEXT://0.0.0.0:9092");
        refused(
                "clients cannot connect to PLAINTEXT://:::9092: set advertised.listeners",
                "listeners",
                "PLAINTEXT://127.0.0.1:9092",
                "advertised.listeners",
                "PLAINTEXT://[::]:9092");
        assertThat(with("listeners", "PLAINTEXT://0.0.0.0:9092", "advertised.listeners", "PLAINTEXT://h:1")
                        .advertisedListeners())
                .containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 1));
    }

    @Test
    void listenersThatCannotBeAreRefusedWithOneLine() {
        refused("listeners has '127.0.0.1:9092': write NAME://host:port", "listeners", "127.0.0.1:9092");
        refused("listeners has 'PLAINTEXT://h:99999': write", "listeners", "PLAINTEXT://h:99999");
        refused("listener PLAINTEXT twice", "listeners", "PLAINTEXT://h:1,PLAINTEXT://h:2");
        refused("does not say how to speak at the listener INSIDE", "listeners", "INSIDE://h:1");
        refused("asks for SSL, which this version does not speak yet", "listeners", "SSL://h:1");
        refused(
                "advertised.listeners has no address for the listener PLAINTEXT",
                "advertised.listeners",
                "X://h:1",
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,X:PLAINTEXT");
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static void refused(String message, String... settings) {
        assertThatThrownBy(() -> with(settings))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    private static BrokerConfig with(Map<String, String> settings) {
        return BrokerConfig.load(ConfigSources.of(settings));
    }

    private static BrokerConfig with(String... settings) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        return with(values);
    }
}
