package dev.ahti.metadata;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/**
 * When the singleton last heard of each broker's incarnation, and whom that makes dead (rules 3, 6 and 7). Not an actor:
 * all times are nanoseconds of one monotonic clock, given by the caller.
 */
final class Sessions {
    private final long heartbeatNanos;
    private final long sessionNanos;
    private final Map<Integer, Heard> heard = new HashMap<>();
    private final Set<Integer> awaited = new HashSet<>();
    private final long openAt;
    private long lastTick;
    private long fenceFrom;

    private record Heard(Uuid incarnation, long at) {}

    /** Of a singleton that has just taken over: every live broker has a session time to be heard. */
    Sessions(Duration heartbeat, Duration session, ClusterImage image, long now) {
        heartbeatNanos = heartbeat.toNanos();
        sessionNanos = session.toNanos();
        lastTick = now;
        fenceFrom = now + sessionNanos;
        openAt = now + sessionNanos;
        for (BrokerImage broker : unfenced(image)) {
            awaited.add(broker.id());
            heard.put(broker.id(), new Heard(broker.incarnation(), now));
        }
    }

    void heard(int broker, Uuid incarnation, long now) {
        heard.put(broker, new Heard(incarnation, now));
        awaited.remove(broker);
    }

    /** Whether every live broker has been heard, or had its time: the singleton takes other requests. */
    boolean open(long now) {
        return awaited.isEmpty() || now - openAt >= 0;
    }

    boolean inSession(int broker, Uuid incarnation, long now) {
        Heard last = heard.get(broker);
        return last != null && last.incarnation().equals(incarnation) && now - last.at() < sessionNanos;
    }

    /** In session, and known to be so from the broker itself rather than from the image that we recovered. */
    boolean proven(int broker, Uuid incarnation, long now) {
        return !awaited.contains(broker) && inSession(broker, incarnation, now);
    }

    /** Called every heartbeat interval: who must be fenced. Nobody, until a session time after a pause of our own. */
    List<BrokerImage> expired(ClusterImage image, long now) {
        if (now - lastTick > 3 * heartbeatNanos) {
            fenceFrom = now + sessionNanos;
        }
        lastTick = now;
        Collection<BrokerImage> unfenced = unfenced(image);
        List<BrokerImage> silent = new ArrayList<>();
        for (BrokerImage broker : unfenced) {
            heard.computeIfAbsent(broker.id(), id -> new Heard(broker.incarnation(), now));
            if (!inSession(broker.id(), broker.incarnation(), now)) {
                silent.add(broker);
            }
        }
        return now - fenceFrom >= 0 && holdsMajority(unfenced, silent) ? silent : List.of();
    }

    /** Of the side that keep-majority would keep: more than half, or half with the lowest id (rule 6). */
    private static boolean holdsMajority(Collection<BrokerImage> unfenced, List<BrokerImage> silent) {
        int heard = unfenced.size() - silent.size();
        int lowest = unfenced.stream().mapToInt(BrokerImage::id).min().orElse(-1);
        return 2 * heard > unfenced.size()
                || (2 * heard == unfenced.size() && silent.stream().noneMatch(each -> each.id() == lowest));
    }

    private static Collection<BrokerImage> unfenced(ClusterImage image) {
        return image.brokers().values().stream().filter(each -> !each.fenced()).toList();
    }
}
