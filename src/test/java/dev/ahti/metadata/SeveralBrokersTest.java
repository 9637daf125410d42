package dev.ahti.metadata;

import static dev.ahti.metadata.MetadataCluster.topic;
import static dev.ahti.metadata.MetadataNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Three nodes in a real cluster. */
class SeveralBrokersTest {
    private static final int PARTITIONS = 10_000;

    @Test
    void tenThousandPartitionsReachEveryNodeInOneStepAndALateOneAsASnapshot() {
        try (MetadataCluster cluster = MetadataCluster.live(2, MetadataNode.settings(1000))) {
            Set<Integer> seen = ConcurrentHashMap.newKeySet();
            cluster.node(2).metadata.image().onChange((before, after) -> seen.add(partitions(after)));

            List<TopicResult> results = cluster.create(2, topic("many", PARTITIONS, 2));

            assertThat(results).extracting(TopicResult::error).containsExactly(Errors.NONE);
            cluster.awaitAll(image -> partitions(image) == PARTITIONS);
            assertThat(seen).containsOnly(PARTITIONS);

            MetadataNode late = cluster.start(3);

            assertThat(late.client().image()).isEqualTo(cluster.node(1).client().image());
        }
    }

    private static int partitions(ClusterImage image) {
        return image.topics().values().stream()
                .mapToInt(topic -> topic.partitions().size())
                .sum();
    }

    @Test
    void whenTheSingletonsNodeIsKilledNothingAnsweredIsLostAndNobodyWaitsInSilence() {
        try (MetadataCluster cluster = MetadataCluster.live(3, MetadataNode.settings(1000))) {
            assertThat(cluster.create(2, topic("before", 3, 3)).get(0).error()).isEqualTo(Errors.NONE);
            int epoch = cluster.node(2).client().image().metadataEpoch();

            Map<String, CompletionStage<List<TopicResult>>> during = new ConcurrentHashMap<>();
            IntStream.range(0, 40).forEach(i -> {
                if (i == 10) {
                    cluster.kill(1);
                }
                int at = 2 + i % 2;
                during.put(
                        "t" + i,
                        cluster.node(at)
                                .client()
                                .createTopics(List.of(topic("t" + i, 1, 2)), false, Duration.ofSeconds(2)));
            });
            Map<String, Errors> answers = new ConcurrentHashMap<>();
            during.forEach(
                    (name, answer) -> answers.put(name, await(answer).get(0).error()));

            cluster.awaitAll(image -> image.metadataEpoch() > epoch && !image.isLive(1));
            assertThat(answers.values()).isSubsetOf(Errors.NONE, Errors.REQUEST_TIMED_OUT);
            ClusterImage image = cluster.node(2).client().image();
            assertThat(answers.entrySet()).allSatisfy(answer -> {
                if (answer.getValue() == Errors.NONE) {
                    assertThat(image.topic(answer.getKey())).isNotNull();
                }
            });
            assertThat(image.topic("before").partitions()).allSatisfy(SeveralBrokersTest::leadByASurvivor);
            assertThat(cluster.create(3, topic("after", 1, 2)).get(0).error()).isEqualTo(Errors.NONE);
            cluster.awaitAll(each -> each.topic("after") != null);
        }
    }

    private static void leadByASurvivor(PartitionImage partition) {
        assertThat(partition.leader()).isIn(2, 3);
        assertThat(partition.isrBrokers()).containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void aCutFromTheSingletonAloneEndsNeitherSessionNorImage() {
        MetadataSettings settings = MetadataNode.settings(1000);
        try (MetadataCluster cluster = MetadataCluster.liveAndTrusting(3, settings)) {
            cluster.cut(1, 3);
            long cutAt = System.nanoTime();

            int made = 0;
            while (System.nanoTime() - cutAt
                    < settings.sessionTimeout().multipliedBy(2).toNanos()) {
                String name = "t" + made++;
                cluster.create(2, topic(name, 1, 2));
                MetadataCluster.awaitThat(() -> cluster.node(3).client().image().topic(name) != null);
            }

            assertThat(made).isGreaterThan(1);
            assertThat(cluster.node(1).client().image().isLive(3)).isTrue();
        }
    }
}
