package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.NewerBuild;
import dev.ahti.testing.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 29: a cluster of this version is taken to a later one that has one kind of event more, broker by broker and once
 * back, while records flow.
 */
class RollingUpgradeIT {
    private static final String FEATURE = "ahti.metadata.version";
    private static final String TOPIC = "upgraded";
    private static final int PARTITIONS = 3;

    @TempDir
    Path directory;

    private TestCluster cluster;

    @Test
    void aClusterGoesToALaterVersionBrokerByBrokerAndWritesItsEventsWhenAllCanReadThem() throws Exception {
        Path newer = NewerBuild.in(directory.resolve("newer"));
        try (TestCluster three = new TestCluster(3, directory)) {
            cluster = three.startAll();
            createTopic(1, TOPIC);
            SteadyLoad load = SteadyLoad.start(bootstrap(), TOPIC, PARTITIONS, 1);

            restart(1, newer);
            createTopic(1, "while-mixed");
            alter(1); // The oldest broker decides, which is of the earlier version and has no such event.
            assertThatThrownBy(() -> raise(1)).hasMessageContaining("Broker 2 only supports versions 1-1");
            awaitMore(load);

            restart(2, newer);
            restart(3, newer);
            restart(2, BrokerProcess.builtJar());
            assertThatThrownBy(() -> alter(2))
                    .isInstanceOf(UnsupportedVersionException.class)
                    .hasMessageContaining("raise it with kafka-features upgrade");
            assertThatThrownBy(() -> raise(3)).hasMessageContaining("Broker 2 only supports versions 1-1");
            createTopic(2, "back-for-once");
            cluster.stop(2);
            assertThatThrownBy(() -> raise(3))
                    .isInstanceOf(InvalidUpdateVersionException.class)
                    .hasMessageContaining("Broker 2 only supports versions 1-1");
            awaitMore(load);
            assertThat(cluster.journal()).noneMatch(each -> each.contains(NewerBuild.EVENT));

            start(2, newer);
            raise(1);
            alter(1);
            assertThat(cluster.journal())
                    .filteredOn(each -> each.contains(NewerBuild.EVENT))
                    .hasSize(1);
            cluster.ids().forEach(id -> assertThat(configs(id)).contains("86400000"));
            awaitMore(load);

            cluster.stop(2);
            BrokerProcess earlier =
                    cluster.broker(2).withJar(BrokerProcess.builtJar()).launch();
            assertThat(earlier.awaitExit(60)).isEqualTo(1);
            System.out.println("earlier version: " + lastLine(earlier));
            assertThat(lastLine(earlier)).contains("the cluster uses " + FEATURE + " 2, this broker knows up to 1");

            List<String> sent = load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.stored()).containsExactlyInAnyOrderElementsOf(sent);
        }
    }

    private void restart(int id, Path jar) {
        assertThat(cluster.stop(id)).as(cluster.broker(id).output()).isZero();
        start(id, jar);
    }

    private void start(int id, Path jar) {
        cluster.broker(id).withJar(jar).launch();
        cluster.broker(id).awaitHttpReady();
    }

    private void createTopic(int at, String topic) throws Exception {
        try (Admin admin = cluster.admin(at)) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 3)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
        cluster.ids().forEach(id -> cluster.awaitAllInSync(id, topic));
    }

    private void alter(int at) throws Exception {
        ConfigEntry retention = new ConfigEntry("retention.ms", "86400000");
        try (Admin admin = cluster.admin(at)) {
            unwrapped(admin.incrementalAlterConfigs(
                            Map.of(resource(), List.of(new AlterConfigOp(retention, AlterConfigOp.OpType.SET))))
                    .all());
        }
    }

    /** As {@code kafka-features upgrade} does. */
    private void raise(int at) throws Exception {
        try (Admin admin = cluster.admin(at)) {
            unwrapped(admin.updateFeatures(
                            Map.of(FEATURE, new FeatureUpdate(NewerBuild.METADATA_VERSION, UpgradeType.UPGRADE)),
                            new UpdateFeaturesOptions())
                    .all());
        }
    }

    private static void unwrapped(KafkaFuture<?> future) throws Exception {
        try {
            future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private String configs(int at) {
        try (Admin admin = cluster.admin(at)) {
            return admin.describeConfigs(List.of(resource()))
                    .all()
                    .get(60, TimeUnit.SECONDS)
                    .get(resource())
                    .get("retention.ms")
                    .value();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static ConfigResource resource() {
        return new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
    }

    private static String lastLine(BrokerProcess broker) {
        return broker.output().lines().reduce("", (before, line) -> line);
    }

    private static void awaitMore(SteadyLoad load) {
        int before = load.acknowledged();
        Awaitility.await("records are acknowledged")
                .atMost(Duration.ofSeconds(60))
                .until(() -> load.acknowledged() > before + 100);
    }

    private String bootstrap() {
        return cluster.ids().stream().map(id -> cluster.broker(id).bootstrap()).collect(Collectors.joining(","));
    }
}
