package dev.ahti.peer;

/** What a connection between two brokers carries. Each kind has its own, so that none waits behind the bulk of another. */
public enum PeerPurpose {
    /** Record batches from leaders to followers, and how far those have come. */
    REPLICATION,
    /** Requests of clients that belong to another broker, and their responses. */
    FORWARDING,
    /** Images of the metadata that are too large for a cluster message. */
    METADATA
}
