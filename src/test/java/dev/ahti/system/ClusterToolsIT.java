package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.EmbeddedBroker;
import dev.ahti.testing.KafkaTool;
import dev.ahti.testing.KafkaTool.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's tools for the cluster as a whole. */
class ClusterToolsIT {
    @TempDir
    Path directory;

    @Test
    void featuresLeadersAndBrokersAreManagedWithKafkasTools() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
            String[] server = {"--bootstrap-server", broker.bootstrap()};

            Result described = KafkaTool.run("kafka-features", server[0], server[1], "describe");
            assertThat(described.output())
                    .containsPattern(
                            "Feature: ahti.metadata.version\\s+SupportedMinVersion: 1\\s+SupportedMaxVersion: 1"
                                    + "\\s+FinalizedVersionLevel: 1");
            Result same = KafkaTool.run(
                    "kafka-features", server[0], server[1], "upgrade", "--feature", "ahti.metadata.version=1");
            assertThat(same.status()).as(same.output()).isZero();
            Result tooHigh = KafkaTool.run(
                    "kafka-features", server[0], server[1], "upgrade", "--feature", "ahti.metadata.version=2");
            assertThat(tooHigh.status()).isEqualTo(1);
            assertThat(tooHigh.output()).contains("Broker 1 only supports versions 1-1");

            KafkaTool.run("kafka-topics", server[0], server[1], "--create", "--topic", "t", "--partitions", "2");
            Result elected = KafkaTool.run(
                    "kafka-leader-election",
                    server[0],
                    server[1],
                    "--election-type",
                    "preferred",
                    "--topic",
                    "t",
                    "--partition",
                    "1");
            assertThat(elected.output()).contains("Valid replica already elected for partitions t-1");
            assertThat(KafkaTool.run(
                                    "kafka-leader-election",
                                    server[0],
                                    server[1],
                                    "--election-type",
                                    "preferred",
                                    "--all-topic-partitions")
                            .status())
                    .isZero();

            assertThat(KafkaTool.run("kafka-cluster", "unregister", server[0], server[1], "--id", "9")
                            .output())
                    .contains("Broker ID 9 is not currently registered");
            assertThat(KafkaTool.run("kafka-cluster", "unregister", server[0], server[1], "--id", "1")
                            .output())
                    .contains("is still running");
        }
    }
}
