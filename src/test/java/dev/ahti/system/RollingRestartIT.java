package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ahti.testing.BrokerProcess;
import dev.ahti.testing.GroupMembers;
import dev.ahti.testing.GroupMembers.Consumed;
import dev.ahti.testing.SharedCluster;
import dev.ahti.testing.TestCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three brokers are stopped with SIGTERM and started again, one after the other, each when the one before says that it is
 * ready: no client notices. Each longer time without an acknowledgement is printed; the long form ({@code
 * -Dahti.long=true}), for a machine that does nothing else, holds it to half a second and goes round three times.
 */
@ExtendWith(SharedCluster.class)
class RollingRestartIT {
    private static final boolean LONG = Boolean.getBoolean("ahti.long");
    private static final int PARTITIONS = 6;
    private static final String TOPIC = "rolled";

    @AfterEach
    void deleteTopic(TestCluster cluster) throws Exception {
        cluster.startAll();
        try (Admin admin = cluster.admin(1)) {
            admin.deleteTopics(List.of(TOPIC)).all().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void noClientNoticesThatBrokersAreStoppedAndStartedInTurn(TestCluster cluster) throws Exception {
        try (Admin admin = cluster.admin(1)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 3)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
        try (GroupMembers classic = group(cluster, "rolled-classic", "classic");
                GroupMembers consumer = group(cluster, "rolled-consumer", "consumer")) {
            classic.join("a", "b", "c").awaitDivided(PARTITIONS);
            consumer.join("d").awaitDivided(PARTITIONS);
            SteadyLoad load = SteadyLoad.start(bootstrap(cluster), TOPIC, PARTITIONS, 2);
            awaitMore(load);
            if (LONG) {
                BrokerProcess.awaitArchive();
            }
            load.forgetGaps();

            for (int round = 0; round < (LONG ? 3 : 1); round++) {
                for (int id : cluster.ids()) {
                    say("stopping broker " + id);
                    assertThat(cluster.stop(id)).as(cluster.broker(id).output()).isZero();
                    say("starting broker " + id);
                    cluster.broker(id).launch();
                    cluster.broker(id).awaitHttpReady();
                    say("broker " + id + " is ready");
                    assertThat(inSync(cluster.broker(id), id)).allMatch(isr -> isr.contains(id));
                }
            }

            awaitMore(load);
            List<SteadyLoad.Gap> gaps = load.gaps();
            gaps.forEach(each -> say("no acknowledgement in partition " + each));
            List<String> sent = load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.stored()).containsExactlyInAnyOrderElementsOf(sent);
            for (GroupMembers group : List.of(classic, consumer)) {
                group.awaitConsumed(sent);
                assertThat(group.consumed()).extracting(Consumed::value).containsExactlyInAnyOrderElementsOf(sent);
            }
            if (LONG) {
                assertThat(gaps).allSatisfy(gap -> assertThat(gap.length()).isLessThan(Duration.ofMillis(500)));
            }
        }
    }

    private static void say(String what) {
        System.out.println(Instant.now() + " " + what);
    }

    /** The in-sync replicas of each partition that it has a replica of, as this broker's image shows them. */
    private static List<List<Integer>> inSync(BrokerProcess broker, int id) throws Exception {
        List<List<Integer>> all = new ArrayList<>();
        for (JsonNode topic :
                new ObjectMapper().readTree(broker.http("/ahti/image").body()).get("topics")) {
            for (JsonNode partition : topic.get("partitions")) {
                if (numbers(partition.get("replicas")).contains(id)) {
                    all.add(numbers(partition.get("isr")));
                }
            }
        }
        assertThat(all).hasSizeGreaterThanOrEqualTo(PARTITIONS);
        return all;
    }

    private static List<Integer> numbers(JsonNode array) {
        List<Integer> numbers = new ArrayList<>();
        array.forEach(each -> numbers.add(each.asInt()));
        return numbers;
    }

    private static void awaitMore(SteadyLoad load) {
        int before = load.acknowledged();
        Awaitility.await("records are acknowledged")
                .atMost(Duration.ofSeconds(60))
                .until(() -> load.acknowledged() > before + 300);
    }

    private static GroupMembers group(TestCluster cluster, String group, String protocol) {
        return new GroupMembers(bootstrap(cluster), group, List.of(TOPIC), Map.of("group.protocol", protocol));
    }

    private static String bootstrap(TestCluster cluster) {
        return cluster.ids().stream().map(id -> cluster.broker(id).bootstrap()).collect(Collectors.joining(","));
    }
}
