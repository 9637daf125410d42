package dev.ahti.api.virtual;

import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * How requests of one API are cut by leader, and the answers put together.
 *
 * @param <Q> the request
 * @param <R> the response
 */
interface Split<Q extends ApiMessage, R extends ApiMessage> {

    /** Requests by broker ({@link Leaders#of}); within each the order stays. */
    Map<Integer, Q> cut(Q request, short version, Leaders leaders);

    /** The answers of all parts, two or more, as one, in the order of the request. */
    R merge(Q request, short version, List<R> answers);

    /** The answer where all of the request was asked of one broker. */
    default R single(R answer) {
        return answer;
    }

    /** {@code System.nanoTime()} at which a leader has answered, as the request says. */
    long deadlineNanos(RequestContext context, Q request);

    /** Whether a request that nobody began may be begun later than those that follow it. */
    default boolean mayBeginLate() {
        return true;
    }

    /** Whether doing it twice is the same as doing it once. */
    default boolean mayRepeat() {
        return true;
    }

    /** The client is told that nobody answers: what follows may reach somebody who does. */
    default void refused(Q request) {}

    /** Said of what nobody began: it sends clients to look for the leader again. */
    default Errors nothingDone() {
        return Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /** Said of what was begun and must not be repeated, when no answer came. */
    default Errors outcomeUnknown() {
        return Errors.REQUEST_TIMED_OUT;
    }
}
