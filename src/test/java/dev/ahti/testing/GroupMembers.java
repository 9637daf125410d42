package dev.ahti.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;

/**
 * The members of one consumer group, a thread each, and whatever they have consumed. They are Kafka's consumers of this
 * build, or of {@link EarlierClients}.
 */
public final class GroupMembers implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Map<String, Object> settings = new HashMap<>();
    private final Object subscription;
    /** Null for those of this build. */
    private EarlierClients clients;

    private final Map<String, Member> members = new ConcurrentHashMap<>();
    private final Queue<Consumed> consumed = new ConcurrentLinkedQueue<>();

    /** @param generation of the group, or the member's epoch, when the record was handed out */
    public record Consumed(String member, int generation, TopicPartition partition, long offset, String value) {}

    /** @param subscription names of topics, or a {@link Pattern} */
    public GroupMembers(String bootstrap, String group, Object subscription, Map<String, String> more) {
        this.subscription = subscription;
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.put("auto.commit.interval.ms", "200");
        settings.put("metadata.max.age.ms", "500");
        settings.put("heartbeat.interval.ms", "300");
        settings.putAll(more);
    }

    /** The partition whose leader coordinates the group, where the topic of offsets has Kafka's default of 50. */
    public static TopicPartition slot(String group) {
        return new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, Utils.abs(group.hashCode()) % 50);
    }

    /** What the group has committed, by partition. */
    public static Map<TopicPartition, Long> committed(Admin admin, String group) throws Exception {
        return admin
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .entrySet()
                .stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue().offset()));
    }

    /** Members that join from now on are consumers of this version. */
    public GroupMembers of(EarlierClients version) {
        clients = version;
        return this;
    }

    /** A member joins, with these settings besides. */
    public GroupMembers join(String name, Map<String, String> own) {
        Map<String, Object> all = new HashMap<>(settings);
        all.putAll(own);
        all.put("client.id", name);
        if ("consumer".equals(all.get("group.protocol"))) {
            // The coordinator's business then.
            all.keySet().removeAll(List.of("heartbeat.interval.ms", "partition.assignment.strategy"));
        }
        Member member = new Member(name, all);
        members.put(name, member);
        member.start();
        return this;
    }

    public GroupMembers join(String... names) {
        for (String name : names) {
            join(name, Map.of());
        }
        return this;
    }

    /**
     * A member wants something else from its next poll on; as consumers have it, names after names and a pattern after a
     * pattern.
     */
    public void subscribe(String name, Object other) {
        members.get(name).wanted = other;
    }

    /** They close their consumers at the same time. Waits until that is done. */
    public void leave(String... names) {
        List<Member> leaving = Stream.of(names).map(members::remove).toList();
        leaving.forEach(each -> each.ended = true);
        leaving.forEach(Member::awaitEnd);
    }

    /** Waits until so many partitions are divided among all members, none of whom is left without. */
    public void awaitDivided(int partitions) {
        Awaitility.await(partitions + " partitions divided")
                .atMost(LIMIT)
                .until(this::assignments, now -> divided(partitions, now.values()));
    }

    /**
     * As {@link #awaitDivided}, and none has two more than another. Until then partitions may be on their way: who is to give
     * one up has it still while the others hold all the rest.
     */
    public void awaitEvenlyDivided(int partitions) {
        Awaitility.await(partitions + " partitions evenly divided")
                .atMost(LIMIT)
                .until(this::assignments, now -> {
                    IntSummaryStatistics sizes = now.values().stream().collect(Collectors.summarizingInt(Set::size));
                    return divided(partitions, now.values()) && sizes.getMax() - sizes.getMin() <= 1;
                });
    }

    private static boolean divided(int partitions, Collection<Set<TopicPartition>> now) {
        Set<TopicPartition> different = new HashSet<>();
        now.forEach(different::addAll);
        int all = now.stream().mapToInt(Set::size).sum();
        return all == partitions
                && different.size() == partitions
                && now.stream().noneMatch(Set::isEmpty);
    }

    public Map<String, Set<TopicPartition>> assignments() {
        Map<String, Set<TopicPartition>> now = new HashMap<>();
        members.forEach((name, member) -> {
            member.check();
            now.put(name, member.assigned);
        });
        return now;
    }

    /** Waits until each of these values has been consumed. */
    public void awaitConsumed(Collection<String> values) {
        Awaitility.await(values.size() + " values consumed").atMost(LIMIT).until(() -> {
            assignments();
            Set<String> missing = new HashSet<>(values);
            consumed.forEach(each -> missing.remove(each.value()));
            return missing.isEmpty();
        });
    }

    public List<Consumed> consumed() {
        return new ArrayList<>(consumed);
    }

    /** Records that two members were given in one generation: there must be none. */
    public List<String> sharedInOneGeneration() {
        Map<String, Set<String>> takers = new HashMap<>();
        consumed.forEach(each -> takers.computeIfAbsent(
                        each.partition() + "@" + each.offset() + " in " + each.generation(), key -> new HashSet<>())
                .add(each.member()));
        return takers.entrySet().stream()
                .filter(each -> each.getValue().size() > 1)
                .map(Object::toString)
                .toList();
    }

    @Override
    public void close() {
        leave(members.keySet().toArray(String[]::new));
    }

    private final class Member extends Thread implements GroupConsumer.Member {
        private final Runnable consumer;
        private volatile Object wanted = subscription;
        private volatile Set<TopicPartition> assigned = Set.of();
        private volatile boolean ended;
        private volatile Throwable failure;

        Member(String name, Map<String, Object> all) {
            super(name);
            if (clients == null) {
                consumer = new GroupConsumer(all, this);
            } else {
                consumer = clients.consumer(all, this);
                setContextClassLoader(clients);
            }
            setDaemon(true);
            setUncaughtExceptionHandler((thread, thrown) -> failure = thrown);
        }

        @Override
        public void run() {
            consumer.run();
        }

        @Override
        public Object subscription() {
            return wanted;
        }

        @Override
        public boolean ended() {
            return ended;
        }

        @Override
        public void consumed(int generation, String topic, int partition, long offset, String value) {
            consumed.add(new Consumed(getName(), generation, new TopicPartition(topic, partition), offset, value));
        }

        @Override
        public void assigned(Map<String, Set<Integer>> partitions) {
            assigned = partitions.entrySet().stream()
                    .flatMap(each ->
                            each.getValue().stream().map(partition -> new TopicPartition(each.getKey(), partition)))
                    .collect(Collectors.toUnmodifiableSet());
        }

        void check() {
            if (failure != null) {
                throw new AssertionError(getName() + " failed: " + failure, failure);
            }
        }

        void awaitEnd() {
            try {
                join(LIMIT.toMillis());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            check();
        }
    }
}
