package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.ConnectWorker;
import dev.ahti.testing.SharedCluster;
import dev.ahti.testing.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Connect in distributed mode: two workers, whose group is of the type {@code connect}. */
@ExtendWith(SharedCluster.class)
class ConnectIT {
    @TempDir
    Path directory;

    @Test
    @EnabledIfSystemProperty(named = "ahti.long", matches = "true", disabledReason = "two more JVMs for half a minute")
    void aWorkerThatIsKilledLeavesItsConnectorsToTheOther(TestCluster cluster) throws Exception {
        Path in = Files.createFile(directory.resolve("in"));
        Path out = Files.createFile(directory.resolve("out"));
        try (Admin admin = cluster.admin(1);
                ConnectWorker one =
                        new ConnectWorker(directory, cluster.broker(1).bootstrap(), "pipes");
                ConnectWorker two =
                        new ConnectWorker(directory, cluster.broker(2).bootstrap(), "pipes")) {
            admin.createTopics(List.of(new NewTopic("lines", 3, (short) 3)))
                    .all()
                    .get();
            Map<String, String> source =
                    Map.of("connector.class", "FileStreamSource", "file", in.toString(), "topic", "lines");
            Map<String, String> sink =
                    Map.of("connector.class", "FileStreamSink", "file", out.toString(), "topics", "lines");
            await("the connectors are taken", () -> {
                one.configure("source", source);
                two.configure("sink", sink);
                return true;
            });
            await("both run", () -> runs(one, "source") && runs(two, "sink"));
            for (String topic : List.of("pipes-configs", "pipes-offsets", "pipes-status")) {
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
                assertThat(admin.describeConfigs(List.of(resource))
                                .all()
                                .get()
                                .get(resource)
                                .get(TopicConfig.CLEANUP_POLICY_CONFIG)
                                .value())
                        .isEqualTo(TopicConfig.CLEANUP_POLICY_COMPACT);
            }
            assertThat(admin.describeClassicGroups(List.of("pipes")).all().get().get("pipes"))
                    .satisfies(group -> assertThat(group.protocol()).isEqualTo("connect"))
                    .satisfies(group -> assertThat(group.members()).hasSize(2));
            List<String> first = append(in, "first");
            await("all lines arrive", () -> Files.readAllLines(out).containsAll(first));

            boolean atOne = one.task("source").worker().equals(one.id());
            ConnectWorker killed = atOne ? one : two;
            ConnectWorker left = atOne ? two : one;
            killed.kill();
            List<String> second = append(in, "second");

            await(
                    "the other has both",
                    () -> runs(left, "source")
                            && runs(left, "sink")
                            && left.task("source").worker().equals(left.id())
                            && left.task("sink").worker().equals(left.id()));
            await("all lines arrive", () -> Files.readAllLines(out).containsAll(second));
            // What was under way at the kill may come twice; nothing else comes.
            assertThat(Files.readAllLines(out))
                    .hasSameElementsAs(
                            Stream.concat(first.stream(), second.stream()).toList());
        }
    }

    private static boolean runs(ConnectWorker worker, String connector) throws Exception {
        return worker.task(connector).state().equals("RUNNING");
    }

    private static List<String> append(Path file, String what) throws Exception {
        List<String> lines =
                IntStream.range(0, 100).mapToObj(i -> what + " " + i).toList();
        Files.write(file, lines, StandardOpenOption.APPEND);
        return lines;
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Duration.ofMinutes(2)).ignoreExceptions().until(condition);
    }
}
