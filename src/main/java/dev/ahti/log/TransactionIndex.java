package dev.ahti.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The aborted transactions whose markers lie in one segment ({@code .txnindex}, Kafka's format), by offset of the
 * marker. The file comes into being with the first entry, since most segments have none. Appended to by the log's
 * writer alone; searched from any thread.
 */
final class TransactionIndex implements Closeable {

    /** What a search in one index found; {@code complete} means that later segments hold nothing for the range. */
    record Found(List<AbortedTxn> aborted, boolean complete) {}

    /** @param baseOffset of the segment */
    TransactionIndex(long baseOffset, Path file) throws IOException {
        throw new UnsupportedOperationException();
    }

    Path file() {
        throw new UnsupportedOperationException();
    }

    /** @throws IllegalArgumentException if the entry's marker is not behind those already here */
    void append(AbortedTxn aborted) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Aborted transactions that overlap {@code fetchOffset} (inclusive) to {@code endOffset} (exclusive). */
    Found overlapping(long fetchOffset, long endOffset) throws IOException {
        throw new UnsupportedOperationException();
    }

    List<AbortedTxn> all() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Drops the entries whose marker is at {@code offset} or behind. */
    void truncateTo(long offset) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Empties the index, to be built anew from the segment. */
    void reset() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** @throws org.apache.kafka.common.errors.CorruptRecordException if the index must be built anew */
    void sanityCheck() throws IOException {
        throw new UnsupportedOperationException();
    }

    void flush() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** The file has another name now: {@code .deleted}, {@code .swap}. */
    void renameTo(Path target) throws IOException {
        throw new UnsupportedOperationException();
    }

    boolean deleteIfExists() throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
