package dev.ahti.metadata;

import dev.ahti.metadata.Members.Member;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.model.PeerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** Whether every live broker has been heard, or fenced, or had its time: the singleton takes other requests. */
    boolean open(ClusterImage image, long now) {
        awaited.removeIf(each -> image.broker(each).map(BrokerImage::fenced).orElse(true));
        return awaited.isEmpty() || now - openAt >= 0;
    }

    boolean inSession(int broker, Uuid incarnation, long now) {
        return heardWithin(sessionNanos, broker, incarnation, now);
    }

    /** Brokers in session now. */
    int count(ClusterImage image, long now) {
        return (int) image.brokers().values().stream()
                .filter(broker -> inSession(broker.id(), broker.incarnation(), now))
                .count();
    }

    private boolean heardWithin(long nanos, int broker, Uuid incarnation, long now) {
        Heard last = heard.get(broker);
        return last != null && last.incarnation().equals(incarnation) && now - last.at() < nanos;
    }

    /** In session, and known to be so from the broker itself rather than from the image that we recovered. */
    boolean proven(int broker, Uuid incarnation, long now) {
        return !awaited.contains(broker) && inSession(broker, incarnation, now);
    }

    /**
     * Whose process is not, or no longer, in the cluster: dead whatever their sessions say (rule 7). Every member knew of
     * the process before it could be up and register, so this node's view is never behind the image here.
     */
    static List<BrokerImage> gone(ClusterImage image, List<Member> members) {
        if (members.stream().noneMatch(each -> each.self() && !each.down())) {
            return List.of(); // We are the one who is not in the cluster.
        }
        return unfenced(image).stream()
                .filter(broker -> broker.peerAddress()
                        .map(PeerAddress::uid)
                        .map(uid -> members.stream().noneMatch(each -> each.uid() == uid && !each.down()))
                        .orElse(false))
                .toList();
    }

    /** Called every heartbeat interval: who must be fenced. Nobody, until a session time after a pause of our own. */
    List<BrokerImage> expired(ClusterImage image, List<Member> members, long now) {
        if (now - lastTick > 3 * heartbeatNanos) {
            fenceFrom = now + sessionNanos;
        }
        lastTick = now;
        List<BrokerImage> silent = new ArrayList<>();
        for (BrokerImage broker : unfenced(image)) {
            heard.computeIfAbsent(broker.id(), id -> new Heard(broker.incarnation(), now));
            if (!inSession(broker.id(), broker.incarnation(), now)) {
                silent.add(broker);
            }
        }
        return now - fenceFrom >= 0 && hearsTheSideThatIsKept(image, members, now) ? silent : List.of();
    }

    /** As the split-brain resolver's keep-majority: more than half of the members, or half with the lowest (rule 6). */
    private boolean hearsTheSideThatIsKept(ClusterImage image, List<Member> members, long now) {
        List<Member> voters = members.stream().filter(Member::votes).toList();
        List<Member> ours = voters.stream()
                .filter(each -> each.self() || hears(image, each, now))
                .toList();
        return 2 * ours.size() > voters.size()
                || (!voters.isEmpty() && 2 * ours.size() == voters.size() && ours.contains(voters.get(0)));
    }

    /**
     * Its broker was heard lately, be it fenced or not. A session is too long a time: when this node is cut off, those of the
     * others end one after the other, and while the last one lasts it would still pass for the side that is kept.
     */
    private boolean hears(ClusterImage image, Member member, long now) {
        return image.brokers().values().stream()
                .filter(broker -> isProcessOf(broker, member))
                .anyMatch(broker -> heardWithin(sessionNanos / 2, broker.id(), broker.incarnation(), now));
    }

    private static boolean isProcessOf(BrokerImage broker, Member member) {
        Optional<Long> uid = broker.peerAddress().map(PeerAddress::uid);
        return uid.isPresent() ? uid.get() == member.uid() : broker.id() == member.broker();
    }

    private static Collection<BrokerImage> unfenced(ClusterImage image) {
        return image.brokers().values().stream().filter(each -> !each.fenced()).toList();
    }
}
