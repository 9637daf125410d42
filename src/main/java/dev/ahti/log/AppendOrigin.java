package dev.ahti.log;

/** Who wrote a batch, and so how much of it is checked. Kafka's words. */
public enum AppendOrigin {
    /** A producer: everything is checked. */
    CLIENT,
    /** A coordinator on this broker: control batches are allowed, sequence numbers are not expected. */
    COORDINATOR,
    /** The leader, or our own log read back: it was checked when it was first appended. */
    REPLICATION
}
