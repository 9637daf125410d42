package dev.ahti.api;

import java.time.Duration;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.Scheduler;
import scala.concurrent.ExecutionContext;

/** Runs a task later. Must be cheap: every waiting fetch sets one, and most are cancelled. */
@FunctionalInterface
public interface DeadlineTimer {

    /** @return cancels the task; does nothing once it runs */
    Runnable after(long delayNanos, Runnable task);

    /** Over Pekko's scheduler, which is a hashed wheel. */
    static DeadlineTimer of(Scheduler scheduler, ExecutionContext executor) {
        return (delayNanos, task) -> {
            Cancellable timer = scheduler.scheduleOnce(Duration.ofNanos(delayNanos), task, executor);
            return timer::cancel;
        };
    }
}
