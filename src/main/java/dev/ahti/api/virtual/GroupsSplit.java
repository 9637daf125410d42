package dev.ahti.api.virtual;

import dev.ahti.group.OffsetsTopic;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Requests about groups: each group belongs to the leader of its slot. Whatever goes wrong on the way is NOT_COORDINATOR,
 * upon which clients find out anew who coordinates the group, and ask again where that does no harm: they know best.
 */
final class GroupsSplit<Q extends ApiMessage, R extends ApiMessage> implements Split<Q, R> {
    private final ToIntFunction<String> slotOf;
    private final GroupRequests<Q, R> requests;

    /** @param slotOf the partition of {@code __consumer_offsets} that a group belongs to */
    GroupsSplit(ToIntFunction<String> slotOf, GroupRequests<Q, R> requests) {
        this.slotOf = slotOf;
        this.requests = requests;
    }

    @Override
    public Map<Integer, Q> cut(Q request, short version, Leaders leaders) {
        TopicImage slots = leaders.topic(OffsetsTopic.NAME);
        Map<Integer, Set<String>> groups = new LinkedHashMap<>();
        for (String group : requests.groups(request, version)) {
            groups.computeIfAbsent(leaders.of(slots, slotOf.applyAsInt(group)), broker -> new LinkedHashSet<>())
                    .add(group);
        }
        Map<Integer, Q> parts = new LinkedHashMap<>();
        groups.forEach((broker, theirs) ->
                parts.put(broker, groups.size() == 1 ? request : requests.only(request, theirs::contains)));
        return parts;
    }

    @Override
    public R merge(Q request, short version, List<R> answers) {
        return requests.merge(answers);
    }

    @Override
    public long deadlineNanos(RequestContext context, Q request) {
        return context.receivedNanos() + TimeUnit.MILLISECONDS.toNanos(requests.limitMs(request));
    }

    @Override
    public boolean mayBeginLate() {
        return requests.mayBeginLate();
    }

    @Override
    public boolean mayRepeat() {
        return requests.mayRepeat();
    }

    @Override
    public Errors nothingDone() {
        return Errors.NOT_COORDINATOR;
    }

    @Override
    public Errors outcomeUnknown() {
        return Errors.NOT_COORDINATOR;
    }
}
