package dev.ahti.protocol;

/** A response whose bytes are counted: whoever sends it, or finds that nobody wants it any more, says so. */
public interface HoldsMemory {

    /** Harmless when repeated. From any thread. */
    void release();
}
