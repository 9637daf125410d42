package dev.ahti.replica;

import dev.ahti.replica.PartitionReplicaCommand.DeadlinePassed;
import java.time.Duration;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** One timer for the earliest deadline of what waits with a leader: it is moved only towards now. */
final class AppendDeadline {
    private final TimerScheduler<PartitionReplicaCommand> timers;
    private long timerNanos = WaitingAppends.NO_DEADLINE;

    AppendDeadline(TimerScheduler<PartitionReplicaCommand> timers) {
        this.timers = timers;
    }

    void arm(LeadingPartition leading) {
        if (!leading.isAnyWaiting()) {
            return;
        }
        long now = System.nanoTime();
        long wait = leading.nanosToFirstDeadline(now);
        if (timerNanos == WaitingAppends.NO_DEADLINE || now + wait - timerNanos < 0) {
            timerNanos = now + wait;
            Duration delay = Duration.ofNanos(Math.max(wait, 0)).plusMillis(1);
            timers.startSingleTimer(DeadlinePassed.INSTANCE, DeadlinePassed.INSTANCE, delay);
        }
    }

    void passed() {
        timerNanos = WaitingAppends.NO_DEADLINE;
    }
}
