package dev.ahti.metadata;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the singleton makes of a {@link PartitionMetadata} that failed: whether this node must stop (rule 21, rule 29), or
 * when to try again; and since when the journal cannot be recovered (rule 23). Times are nanoseconds of a monotonic clock.
 */
final class JournalTroubles {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataSingleton.class);
    private static final int MAX_EPOCH_TRIES = 5;
    private static final Duration WARN_EVERY = Duration.ofSeconds(10);
    private static final Duration ASK_EVERY = Duration.ofSeconds(2);

    private final Duration retryBackoff;
    private final Duration patience;
    private int failures;
    private long lastWarning;
    private boolean recovered;
    private long tryingSince;
    private long lastAsked;
    private OptionalInt reachedBy = OptionalInt.empty();

    JournalTroubles(Duration retryBackoff, Duration patience, long now) {
        this.retryBackoff = retryBackoff;
        this.patience = patience;
        this.tryingSince = now;
        this.lastAsked = now;
    }

    void recovered() {
        recovered = true;
        failures = 0;
        reachedBy = OptionalInt.empty();
    }

    /** One line that says why this node must stop, or empty: then try again after {@link #backoff}. */
    Optional<String> failed(Throwable cause, long now) {
        failures++;
        boolean begun = recovered;
        if (begun) {
            recovered = false;
            tryingSince = now;
        }
        if (MetadataDatabase.isRefusedByPrimaryKey(cause) && (begun || failures > MAX_EPOCH_TRIES)) {
            return Optional.of("another node writes the metadata journal: this node must not go on");
        }
        if (!begun && MetadataDatabase.isUnreadable(cause)) {
            return Optional.of("the metadata database holds what this version of Ahti cannot read, start a newer one: "
                    + MetadataDatabase.rootMessage(cause));
        }
        if (!begun && reachedBy.isPresent()) {
            return Optional.of("the metadata database cannot be reached from here, but broker " + reachedBy.getAsInt()
                    + " reaches it: this node stops, so that the metadata move");
        }
        if (failures == 1 || now - lastWarning > WARN_EVERY.toNanos()) {
            lastWarning = now;
            LOG.warn("The metadata database failed, trying again: {}", MetadataDatabase.rootMessage(cause));
        }
        return Optional.empty();
    }

    Duration backoff() {
        return retryBackoff.multipliedBy(1L << Math.min(Math.max(failures, 1) - 1, 3));
    }

    /** Whether the journal has not been recovered for so long that another node may do better. */
    private boolean lasting(long now) {
        return !recovered && now - tryingSince >= patience.toNanos();
    }

    /** That broker reaches the database: the next failure here is the last. Whether this node has waited so long. */
    boolean reachedBy(int broker, long now) {
        if (lasting(now)) {
            reachedBy = OptionalInt.of(broker);
        }
        return reachedBy.isPresent();
    }

    /** {@link #lasting}, and time to ask the others again whether they reach the database. */
    boolean timeToAskOthers(long now) {
        if (!lasting(now) || now - lastAsked < ASK_EVERY.toNanos()) {
            return false;
        }
        lastAsked = now;
        return true;
    }
}
