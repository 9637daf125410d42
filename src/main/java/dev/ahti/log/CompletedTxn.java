package dev.ahti.log;

/** A transaction whose end marker is in the log, at {@code lastOffset}. */
record CompletedTxn(long producerId, long firstOffset, long lastOffset, boolean aborted) {}
