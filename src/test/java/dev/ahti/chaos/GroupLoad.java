package dev.ahti.chaos;

import dev.ahti.testing.GroupMembers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.TopicPartition;

/** One group of two members that read all partitions from offset 0. */
final class GroupLoad {
    static final Map<String, Object> EAGER = classic(RangeAssignor.class);
    static final Map<String, Object> COOPERATIVE = classic(CooperativeStickyAssignor.class);

    /** Of KIP-848, for which the brokers have the time-outs. */
    static final Map<String, Object> CONSUMER = Map.of("group.protocol", "consumer");

    private static final int MEMBERS = 2;

    private final String group;
    private final Map<String, Object> protocol;
    private final ChaosCluster cluster;
    private final List<TopicPartition> partitions;
    private final Verdict verdict;
    private final GroupCommits commits;
    private final Deque<GroupMember> members = new ArrayDeque<>();
    private int count;

    /** @param protocol the settings that say how its members are rebalanced */
    GroupLoad(
            String group,
            Map<String, Object> protocol,
            ChaosCluster cluster,
            List<TopicPartition> partitions,
            Verdict verdict) {
        this.group = group;
        this.protocol = protocol;
        this.cluster = cluster;
        this.partitions = partitions;
        this.verdict = verdict;
        this.commits = new GroupCommits(group, verdict);
    }

    private static Map<String, Object> classic(Class<?> assignor) {
        return Map.of(
                "group.protocol",
                "classic",
                "partition.assignment.strategy",
                assignor.getName(),
                "session.timeout.ms",
                10_000,
                "heartbeat.interval.ms",
                1_000);
    }

    /** Its members have no reset policy: where they begin is committed for them. */
    void start(Admin admin) throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> beginnings = partitions.stream().collect(Collectors.toMap(each -> each, each -> 0L));
        long sent = System.nanoTime();
        admin.alterConsumerGroupOffsets(
                        group,
                        beginnings.keySet().stream()
                                .collect(Collectors.toMap(each -> each, each -> new OffsetAndMetadata(0))))
                .all()
                .get();
        commits.answered(beginnings, sent);
        for (int i = 0; i < MEMBERS; i++) {
            join();
        }
    }

    private void join() {
        String name = group + "-" + ++count;
        GroupMember member = new GroupMember(
                name,
                settings(name),
                partitions.stream().map(TopicPartition::topic).distinct().toList(),
                commits,
                verdict);
        members.add(member);
        Chaos.thread(name, member);
    }

    private Map<String, Object> settings(String name) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers",
                cluster.bootstrap(1 + count % ChaosCluster.SIZE),
                "client.id",
                name,
                "group.id",
                group,
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "none",
                "request.timeout.ms",
                10_000,
                "reconnect.backoff.max.ms",
                200,
                "metadata.max.age.ms",
                10_000));
        settings.putAll(protocol);
        return settings;
    }

    /** One joins, the oldest leaves. */
    void renew() {
        join();
        members.remove().stop();
    }

    void stop() {
        members.forEach(GroupMember::stop);
    }

    /** The partition whose leader is the group's coordinator. */
    TopicPartition slot() {
        return GroupMembers.slot(group);
    }

    String group() {
        return group;
    }

    GroupCommits commits() {
        return commits;
    }
}
