package dev.ahti.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * Where each leader epoch begins in a partition's log, kept in {@code leader-epoch-checkpoint} (Kafka's text format: a
 * version, a count, then a line of epoch and start offset for each). Changed by the log's writer alone, read from any
 * thread.
 *
 * <p>A change is in memory first, so that neither a new leader nor its first append waits for the disk. The file is
 * brought up to date by {@link #flush}: before the recovery point rises, and by {@link #flushWhatWasCut} before anything
 * follows a truncation. What is missing in it after a kill, or after a power loss, {@link LogRecovery} finds in the batches
 * behind the recovery point, each of which carries its epoch. So the file is always an earlier state of the same history.
 */
final class LeaderEpochs {
    static final String FILE_NAME = "leader-epoch-checkpoint";
    private static final String VERSION = "0";
    private static final int NO_EPOCH = -1;
    private static final EpochEnd NONE = new EpochEnd(NO_EPOCH, -1);

    private final Path file;
    private volatile Starts starts;
    /** What the file says. */
    private volatile Starts stored;

    /** Both in rising order. Arrays, for there are thousands of partitions with an entry or two each. */
    private static final class Starts {
        private static final Starts EMPTY = new Starts(new int[0], new long[0]);
        private final int[] epochs;
        private final long[] offsets;

        private Starts(int[] epochs, long[] offsets) {
            this.epochs = epochs;
            this.offsets = offsets;
        }

        private int size() {
            return epochs.length;
        }

        private int lastEpoch() {
            return size() == 0 ? NO_EPOCH : epochs[size() - 1];
        }

        private long lastOffset() {
            return size() == 0 ? -1 : offsets[size() - 1];
        }

        /** Without the epochs that begin at {@code endOffset} or behind it. */
        private Starts before(long endOffset) {
            int keep = size();
            while (keep > 0 && offsets[keep - 1] >= endOffset) {
                keep--;
            }
            return keep == size() ? this : range(0, keep);
        }

        private boolean isSameAs(Starts other) {
            return Arrays.equals(epochs, other.epochs) && Arrays.equals(offsets, other.offsets);
        }

        private boolean beginsWith(Starts first) {
            return first.size() <= size() && range(0, first.size()).isSameAs(first);
        }

        private Starts range(int from, int to) {
            return to <= from
                    ? EMPTY
                    : new Starts(Arrays.copyOfRange(epochs, from, to), Arrays.copyOfRange(offsets, from, to));
        }

        private Starts with(int epoch, long offset) {
            int keep = size();
            while (keep > 0 && (epochs[keep - 1] >= epoch || offsets[keep - 1] >= offset)) {
                keep--;
            }
            Starts next = new Starts(Arrays.copyOf(epochs, keep + 1), Arrays.copyOf(offsets, keep + 1));
            next.epochs[keep] = epoch;
            next.offsets[keep] = offset;
            return next;
        }

        /** Index of the first epoch above this one; the size where there is none. */
        private int firstAbove(int epoch) {
            int found = Arrays.binarySearch(epochs, epoch);
            return found < 0 ? -found - 1 : found + 1;
        }
    }

    private LeaderEpochs(Path file, Starts starts) {
        this.file = file;
        this.starts = starts;
        this.stored = starts;
    }

    /**
     * Reads the checkpoint, if there is one.
     *
     * @throws IOException also when it is not as it was written
     */
    static LeaderEpochs open(Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        return new LeaderEpochs(file, Files.exists(file) ? read(file) : Starts.EMPTY);
    }

    private static Starts read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty()) {
            // Kafka makes the file with the log, and writes it with the first epoch.
            return Starts.EMPTY;
        }
        try {
            int count = Integer.parseInt(lines.get(1).strip());
            if (!lines.get(0).strip().equals(VERSION) || lines.size() != count + 2) {
                throw new IOException("malformed: version " + lines.get(0) + ", " + count + " entries announced, "
                        + (lines.size() - 2) + " lines, in " + file);
            }
            Starts starts = Starts.EMPTY;
            for (String line : lines.subList(2, lines.size())) {
                String[] entry = line.strip().split("\\s+");
                int epoch = Integer.parseInt(entry[0]);
                long offset = Long.parseLong(entry[1]);
                if (entry.length != 2 || epoch < 0 || offset < 0) {
                    throw new IOException("malformed line '" + line + "' in " + file);
                }
                starts = starts.with(epoch, offset);
            }
            return starts;
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException("malformed: " + file, e);
        }
    }

    /** Notes that an epoch begins at an offset; what is known and contradicts it is dropped. */
    void assign(int epoch, long startOffset) {
        if (epoch < 0 || startOffset < 0) {
            throw new IllegalArgumentException("epoch " + epoch + " at " + startOffset);
        }
        if (epoch != starts.lastEpoch() || startOffset < starts.lastOffset()) {
            starts = starts.with(epoch, startOffset);
        }
    }

    /**
     * Brings the file up to date, through to the disk, if it is not. From any thread.
     *
     * @param logEndOffset asked for in turn, so that the file never goes back: an epoch that begins there has no record
     *     yet, and need not outlive the process, since opening the log would drop it
     */
    synchronized void flush(LongSupplier logEndOffset) throws IOException {
        Starts wanted = starts.before(logEndOffset.getAsLong());
        if (wanted.isSameAs(stored)) {
            return;
        }
        StringBuilder text =
                new StringBuilder(VERSION).append('\n').append(wanted.size()).append('\n');
        for (int i = 0; i < wanted.size(); i++) {
            text.append(wanted.epochs[i]).append(' ').append(wanted.offsets[i]).append('\n');
        }
        WholeFile.write(file, text.toString());
        stored = wanted;
    }

    /**
     * Brings the file up to date if it names what was cut off: other records come to stand there. What it only lacks waits
     * for {@link #flush}, for a follower that is cut to its new leader's log holds up what the leader may acknowledge.
     */
    synchronized void flushWhatWasCut(LongSupplier logEndOffset) throws IOException {
        if (!starts.before(logEndOffset.getAsLong()).beginsWith(stored)) {
            flush(logEndOffset);
        }
    }

    /** Latest epoch, or -1. */
    int latestEpoch() {
        return starts.lastEpoch();
    }

    /** Where the latest epoch begins, or -1. */
    long latestEpochStart() {
        return starts.lastOffset();
    }

    /**
     * End of the largest epoch not above the one asked for: where the next one begins (KIP-101, KIP-279). The latest ends
     * at the log end. For an epoch before all that are known, it is where these begin, under the epoch asked for; an
     * epoch that is still to come has none: -1 and -1.
     */
    EpochEnd endOfEpoch(int epoch, long logEndOffset) {
        Starts now = starts;
        if (epoch == NO_EPOCH) {
            return NONE;
        }
        if (epoch == now.lastEpoch()) {
            return new EpochEnd(epoch, logEndOffset);
        }
        int next = now.firstAbove(epoch);
        if (next == now.size()) {
            return NONE;
        }
        return new EpochEnd(next == 0 ? epoch : now.epochs[next - 1], now.offsets[next]);
    }

    /** Epoch of the record at an offset, if known. */
    OptionalInt epochForOffset(long offset) {
        Starts now = starts;
        int found = Arrays.binarySearch(now.offsets, offset);
        int index = found < 0 ? -found - 2 : found;
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(now.epochs[index]);
    }

    /** Drops the epochs that begin at {@code endOffset} or behind it. */
    void truncateFromEnd(long endOffset) {
        starts = starts.before(endOffset);
    }

    /** Drops the epochs that end at {@code startOffset} or before; the one that contains it begins there. */
    void truncateFromStart(long startOffset) {
        int drop = 0;
        while (drop < starts.size() && starts.offsets[drop] <= startOffset) {
            drop++;
        }
        if (drop > 0 && (drop > 1 || starts.offsets[0] < startOffset)) {
            Starts rest = starts.range(drop - 1, starts.size());
            rest.offsets[0] = startOffset;
            starts = rest;
        }
    }

    void clear() {
        starts = Starts.EMPTY;
    }
}
