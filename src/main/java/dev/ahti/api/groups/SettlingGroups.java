package dev.ahti.api.groups;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks members of groups whose assignments are changing to come back sooner (KIP-848: how soon is the coordinator's to say,
 * in each answer). What a member is to give up, and what it may take because another has given it up, it hears in answers to
 * its heartbeats alone: at Kafka's interval of 5 s, twenty that join at once are done after two of them. Safe from any thread.
 *
 * <pre>
 *   settled --- a member joins, leaves, is told of other partitions or says that it has them ---> settling
 *      ^                                                                                              |
 *      +--------------------- nothing of this for one of Kafka's intervals --------------------------+
 * </pre>
 */
public final class SettlingGroups {
    /** So many are remembered before those that nobody has asked about since are looked for. */
    private static final int REMEMBERED = 1_000;

    private final Duration interval;
    private final Duration usual;
    private final LongSupplier nanoTime;
    private final Map<String, Long> settledAt = new ConcurrentHashMap<>();

    /**
     * One for all listeners: a group may have members at each.
     *
     * @param interval while a group settles; zero: Kafka's, always
     * @param usual Kafka's, of groups that have none of their own
     */
    public SettlingGroups(Duration interval, Duration usual, LongSupplier nanoTime) {
        this.interval = interval;
        this.usual = usual;
        this.nanoTime = nanoTime;
    }

    /** Looks at an answer of the coordinator before it is sent, and shortens the interval in it where its group settles. */
    void answered(ConsumerGroupHeartbeatRequestData request, ConsumerGroupHeartbeatResponseData answer) {
        if (interval.isZero() || answer.errorCode() != Errors.NONE.code()) {
            return;
        }
        boolean leaves = request.memberEpoch() < 0;
        Duration kafkas = leaves ? usual : Duration.ofMillis(answer.heartbeatIntervalMs());
        if (isSettling(request, answer, kafkas) && !leaves) {
            answer.setHeartbeatIntervalMs((int) Math.min(interval.toMillis(), kafkas.toMillis()));
        }
    }

    private boolean isSettling(
            ConsumerGroupHeartbeatRequestData request, ConsumerGroupHeartbeatResponseData answer, Duration kafkas) {
        String group = request.groupId();
        long now = nanoTime.getAsLong();
        if (changes(request, answer)) {
            if (settledAt.size() >= REMEMBERED) {
                settledAt.values().removeIf(at -> now - at >= 0);
            }
            settledAt.put(group, now + kafkas.toNanos());
            return true;
        }
        Long at = settledAt.get(group);
        if (at == null) {
            return false;
        }
        if (now - at >= 0) {
            settledAt.remove(group, at);
            return false;
        }
        return true;
    }

    /** A member that always says what it has is always told what it is to have: a change only where that is not the same. */
    private static boolean changes(
            ConsumerGroupHeartbeatRequestData request, ConsumerGroupHeartbeatResponseData answer) {
        if (request.memberEpoch() <= 0) {
            return true;
        }
        boolean has = request.topicPartitions() != null;
        boolean isToHave = answer.assignment() != null;
        if (has && isToHave) {
            return !had(request).equals(toHave(answer));
        }
        return has || isToHave;
    }

    private static Set<Map.Entry<Uuid, Integer>> had(ConsumerGroupHeartbeatRequestData request) {
        return request.topicPartitions().stream()
                .flatMap(topic -> each(topic.topicId(), topic.partitions()))
                .collect(Collectors.toSet());
    }

    private static Set<Map.Entry<Uuid, Integer>> toHave(ConsumerGroupHeartbeatResponseData answer) {
        return answer.assignment().topicPartitions().stream()
                .flatMap(topic -> each(topic.topicId(), topic.partitions()))
                .collect(Collectors.toSet());
    }

    private static Stream<Map.Entry<Uuid, Integer>> each(Uuid topic, List<Integer> partitions) {
        return partitions.stream().map(partition -> Map.entry(topic, partition));
    }
}
