package dev.ahti.metadata;

/** Travels between nodes as Jackson CBOR (reference.conf). */
public interface ClusterMessage {}
