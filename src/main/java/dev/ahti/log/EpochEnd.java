package dev.ahti.log;

/** The largest epoch not above the one asked for, and the offset after its last record; -1 and -1 where there is none. */
public record EpochEnd(int leaderEpoch, long endOffset) {}
