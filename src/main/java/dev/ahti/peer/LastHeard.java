package dev.ahti.peer;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * When something last came from each other broker, on whichever connection: with keep-alives that is never long ago while
 * both live and reach each other. Safe from any thread, and cheap.
 */
public final class LastHeard {
    /** So long a process that is gone is remembered. */
    private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

    private static final long WINDOW_NANOS = MajorityView.WINDOW.toNanos();

    private final Map<Long, Voice> byUid = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    /**
     * @param lastNanos when we asked what it has answered last
     * @param countNanos from when on that counts: after a gap not at once. Whoever was cut off and hears the others again may
     *     have been given up in the very moment before, which they and the news of it take a while to find out.
     */
    private record Answers(long lastNanos, long countNanos) {}

    /** One process. */
    final class Voice {
        private final int broker;
        private volatile long nanos;
        /** Null before its first answer. */
        private volatile Answers answers;

        private Voice(int broker) {
            this.broker = broker;
            heard();
        }

        void heard() {
            nanos = nanoTime.getAsLong();
        }

        /** @param askedNanos when it was asked, by this process's clock */
        synchronized void answered(long askedNanos) {
            Answers before = answers;
            if (before == null) {
                answers = new Answers(askedNanos, askedNanos);
            } else if (askedNanos - before.lastNanos() > WINDOW_NANOS) {
                answers = new Answers(askedNanos, askedNanos + WINDOW_NANOS);
            } else if (askedNanos - before.lastNanos() > 0) {
                answers = new Answers(askedNanos, before.countNanos());
            }
        }

        private long age() {
            return Math.max(0, nanoTime.getAsLong() - nanos);
        }
    }

    public LastHeard(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The process, heard at this moment. */
    Voice of(PeerIdentity peer) {
        byUid.values().removeIf(voice -> voice.age() > KEPT_NANOS);
        Voice voice = byUid.computeIfAbsent(peer.uid(), uid -> new Voice(peer.broker()));
        voice.heard();
        return voice;
    }

    /** For how many nanoseconds nothing has come from this broker, whichever its process; empty if nothing ever has. */
    public OptionalLong sinceBroker(int broker) {
        return byUid.values().stream()
                .filter(voice -> voice.broker == broker)
                .mapToLong(Voice::age)
                .min();
    }

    /** As {@link #sinceBroker}, for one process: {@code uid} of the cluster member. */
    public OptionalLong sinceMember(long uid) {
        Voice voice = byUid.get(uid);
        return voice == null ? OptionalLong.empty() : OptionalLong.of(voice.age());
    }

    /** The broker of this process, if something has come from it lately. */
    OptionalInt brokerHeardWithin(Duration window, long uid) {
        Voice voice = byUid.get(uid);
        return voice == null || voice.age() > window.toNanos() ? OptionalInt.empty() : OptionalInt.of(voice.broker);
    }

    /**
     * How long ago this process was there for certain: when it was asked what it has answered since. Bytes that have waited
     * in a buffer, while this process stood still, prove nothing. Empty if it has answered nothing yet; and after a gap of
     * more than {@link MajorityView#WINDOW} until it has answered for as long again.
     */
    OptionalLong sinceAnswered(long uid) {
        Voice voice = byUid.get(uid);
        Answers answers = voice == null ? null : voice.answers;
        return answers == null || answers.lastNanos() - answers.countNanos() < 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, nanoTime.getAsLong() - answers.lastNanos()));
    }

    /** The brokers from which something has come lately; this broker itself is not among them. */
    public Set<Integer> reachedWithin(Duration window) {
        Set<Integer> reached = new TreeSet<>();
        byUid.values().forEach(voice -> {
            if (voice.age() <= window.toNanos()) {
                reached.add(voice.broker);
            }
        });
        return reached;
    }

    /** How long ago each process was heard, in milliseconds, by uid. */
    Map<Long, Long> agesMs() {
        Map<Long, Long> ages = new HashMap<>();
        byUid.forEach((uid, voice) -> ages.put(uid, voice.age() / 1_000_000));
        return ages;
    }
}
