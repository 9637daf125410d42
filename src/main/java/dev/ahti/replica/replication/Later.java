package dev.ahti.replica.replication;

import java.time.Duration;

/** Runs something after a while, on any thread. */
public interface Later {
    void run(Duration delay, Runnable action);
}
