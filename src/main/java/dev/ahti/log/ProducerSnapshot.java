package dev.ahti.log;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Kafka's {@code .snapshot} file, version 1, big endian: version (2 bytes), CRC-32C of what follows (4), number of
 * entries (4), and for each producer id (8), epoch (2), last sequence (4), last offset (8), offset delta (4), timestamp
 * (8), coordinator epoch (4), first offset of the open transaction or -1 (8).
 *
 * <p>Kafka keeps the last batch of a producer alone. A producer whose broker stopped may send its last ones again, and
 * those before the last would be refused and then stand in the log twice. So their batches follow the entries, where
 * Kafka reads no further: for each entry their number (1), and for each, oldest first, last sequence (4), last offset
 * (8), offset delta (4), timestamp (8). A file of Kafka ends before that, and so does ours where there are none.
 */
final class ProducerSnapshot {
    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int ENTRIES_AT = 6;
    private static final int HEADER_BYTES = 10;
    private static final int ENTRY_BYTES = 46;
    private static final int BATCH_BYTES = 24;
    private static final AppendedBatch NO_BATCH = new AppendedBatch(-1, -1, 0, -1);

    private ProducerSnapshot() {}

    /** The file is not what was written: it counts for nothing, an earlier one does. */
    static final class Corrupt extends IOException {
        private static final long serialVersionUID = 1;

        Corrupt(String message) {
            super(message);
        }
    }

    static void write(Path file, Collection<ProducerState> producers, boolean sync) throws IOException {
        ByteBuffer buffer = encode(List.copyOf(producers));
        // Under another name first: a file cut short by a kill would cost the reading of the whole log.
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            if (sync) {
                channel.force(true);
            }
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static ByteBuffer encode(List<ProducerState> producers) {
        int earlier = producers.stream()
                .mapToInt(producer -> producer.earlierBatches().size())
                .sum();
        int earlierBytes = earlier == 0 ? 0 : producers.size() + earlier * BATCH_BYTES;
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + producers.size() * ENTRY_BYTES + earlierBytes);
        buffer.putShort(VERSION).putInt(0).putInt(producers.size());
        producers.forEach(producer -> putEntry(buffer, producer));
        if (earlier > 0) {
            producers.forEach(producer -> putEarlier(buffer, producer.earlierBatches()));
        }
        return buffer.putInt(CRC_AT, checksum(buffer.flip()));
    }

    private static void putEntry(ByteBuffer buffer, ProducerState producer) {
        AppendedBatch last = producer.lastBatch() == null ? NO_BATCH : producer.lastBatch();
        buffer.putLong(producer.producerId())
                .putShort(producer.producerEpoch())
                .putInt(last.lastSequence())
                .putLong(last.lastOffset())
                .putInt(last.offsetDelta())
                .putLong(producer.lastTimestampMs())
                .putInt(producer.coordinatorEpoch())
                .putLong(producer.transactionFirstOffset());
    }

    private static void putEarlier(ByteBuffer buffer, List<AppendedBatch> batches) {
        buffer.put((byte) batches.size());
        for (AppendedBatch batch : batches) {
            buffer.putInt(batch.lastSequence())
                    .putLong(batch.lastOffset())
                    .putInt(batch.offsetDelta())
                    .putLong(batch.timestampMs());
        }
    }

    static List<ProducerState> read(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file));
        try {
            short version = buffer.getShort();
            if (version != VERSION) {
                throw new Corrupt("unknown version " + version);
            }
            if (buffer.getInt() != checksum(buffer)) {
                throw new Corrupt("checksum does not match");
            }
            int count = buffer.getInt();
            if (count < 0 || (long) count * ENTRY_BYTES > buffer.remaining()) {
                throw new Corrupt(count + " entries in " + buffer.remaining() + " bytes");
            }
            ByteBuffer earlier =
                    buffer.slice(HEADER_BYTES + count * ENTRY_BYTES, buffer.remaining() - count * ENTRY_BYTES);
            List<ProducerState> producers = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                producers.add(readEntry(buffer, readEarlier(earlier)));
            }
            return producers;
        } catch (BufferUnderflowException e) {
            throw new Corrupt("only " + buffer.limit() + " bytes");
        }
    }

    private static List<AppendedBatch> readEarlier(ByteBuffer buffer) {
        int count = buffer.hasRemaining() ? buffer.get() : 0;
        List<AppendedBatch> batches = new ArrayList<>(ProducerState.BATCHES_KEPT);
        for (int i = 0; i < count; i++) {
            batches.add(new AppendedBatch(buffer.getInt(), buffer.getLong(), buffer.getInt(), buffer.getLong()));
        }
        return batches;
    }

    /** @param batches the earlier ones, to which the entry's is added */
    private static ProducerState readEntry(ByteBuffer buffer, List<AppendedBatch> batches) {
        long producerId = buffer.getLong();
        short epoch = buffer.getShort();
        int lastSequence = buffer.getInt();
        long lastOffset = buffer.getLong();
        int offsetDelta = buffer.getInt();
        long timestampMs = buffer.getLong();
        int coordinatorEpoch = buffer.getInt();
        long transactionFirstOffset = Math.max(-1, buffer.getLong());
        if (lastOffset >= 0) {
            batches.add(new AppendedBatch(lastSequence, lastOffset, offsetDelta, timestampMs));
        }
        return ProducerState.restored(
                producerId, epoch, coordinatorEpoch, timestampMs, transactionFirstOffset, batches);
    }

    private static int checksum(ByteBuffer buffer) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().position(ENTRIES_AT));
        return (int) crc.getValue();
    }
}
