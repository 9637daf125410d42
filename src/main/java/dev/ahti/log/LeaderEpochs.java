package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Where each leader epoch begins in a partition's log, kept in {@code leader-epoch-checkpoint} (Kafka's text format).
 * Changed by the log's writer alone; read from any thread. What was changed is on disk, atomically replaced, when the
 * method returns; the checkpoint is forced to the disk, as Kafka does, only where the log would otherwise know more
 * than the file after a crash.
 */
final class LeaderEpochs {

    static final String FILE_NAME = "leader-epoch-checkpoint";

    /** Reads the checkpoint, if there is one. */
    static LeaderEpochs open(Path directory) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Notes that an epoch begins at an offset; what is known and contradicts it is dropped. */
    void assign(int epoch, long startOffset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Latest epoch, or -1. */
    int latestEpoch() {
        throw new UnsupportedOperationException();
    }

    /** Where the latest epoch begins, or -1. */
    long latestEpochStart() {
        throw new UnsupportedOperationException();
    }

    /** Kafka's {@code endOffsetFor}: end of the largest epoch not above the one asked for (KIP-101, KIP-279). */
    EpochEnd endOfEpoch(int epoch, long logEndOffset) {
        throw new UnsupportedOperationException();
    }

    /** Epoch of the record at an offset, if known. */
    OptionalInt epochForOffset(long offset) {
        throw new UnsupportedOperationException();
    }

    /** Drops the epochs that begin at {@code endOffset} or behind it. */
    void truncateFromEnd(long endOffset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Drops the epochs that end at {@code startOffset} or before; the one that contains it begins there. */
    void truncateFromStart(long startOffset) throws IOException {
        throw new UnsupportedOperationException();
    }

    void clearAndFlush() throws IOException {
        throw new UnsupportedOperationException();
    }
}
