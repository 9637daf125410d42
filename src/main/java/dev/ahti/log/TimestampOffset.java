package dev.ahti.log;

/** Answer of a search by time: Kafka's ListOffsets fields; {@code leaderEpoch} is -1 where unknown. */
public record TimestampOffset(long timestampMs, long offset, int leaderEpoch) {}
