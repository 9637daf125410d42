package dev.ahti.replica.replication;

import dev.ahti.model.PartitionId;
import dev.ahti.peer.MalformedFrame;
import dev.ahti.replica.replication.ToFollower.Diverging;
import dev.ahti.replica.replication.ToFollower.HighWatermarkAlone;
import dev.ahti.replica.replication.ToFollower.Records;
import dev.ahti.replica.replication.ToFollower.Refused;
import dev.ahti.replica.replication.ToFollower.StartAt;
import dev.ahti.replica.replication.ToLeader.Ack;
import dev.ahti.replica.replication.ToLeader.Follow;
import dev.ahti.replica.replication.ToLeader.Unfollow;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Messages as bytes: a type, a stream, fixed fields, big endian; a frame holds one or more. Records are not copied when
 * they are read: they keep the frame alive.
 */
final class ReplicationCodec {
    /** Of every message but the bytes of records. */
    static final int MAX_MESSAGE_BYTES = 72;

    static final int RECORDS_HEADER_BYTES = 1 + Integer.BYTES + 3 * Long.BYTES + Integer.BYTES;

    private static final byte FOLLOW = 1;
    private static final byte ACK = 2;
    private static final byte UNFOLLOW = 3;
    private static final byte RECORDS = 4;
    private static final byte HIGH_WATERMARK = 5;
    private static final byte DIVERGING = 6;
    private static final byte START_AT = 7;
    private static final byte REFUSED = 8;

    private ReplicationCodec() {}

    static void write(ByteBuffer target, ToLeader message) {
        if (message instanceof Ack ack) {
            target.put(ACK).putInt(ack.stream()).putLong(ack.logStartOffset()).putLong(ack.logEndOffset());
        } else if (message instanceof Follow follow) {
            target.put(FOLLOW).putInt(follow.stream());
            writeUuid(target, follow.partition().topicId());
            target.putInt(follow.partition().partition()).putInt(follow.leaderEpoch());
            writeUuid(target, follow.incarnation());
            target.putLong(follow.logStartOffset())
                    .putLong(follow.logEndOffset())
                    .putInt(follow.lastEpoch());
        } else {
            target.put(UNFOLLOW).putInt(message.stream());
        }
    }

    /** All but records, whose bytes go from the log straight behind their {@link #writeRecordsHeader header}. */
    static void write(ByteBuffer target, ToFollower message) {
        if (message instanceof HighWatermarkAlone raised) {
            target.put(HIGH_WATERMARK)
                    .putInt(raised.stream())
                    .putLong(raised.highWatermark())
                    .putLong(raised.logStartOffset());
        } else if (message instanceof Diverging diverging) {
            target.put(DIVERGING)
                    .putInt(diverging.stream())
                    .putInt(diverging.epoch())
                    .putLong(diverging.endOffset());
        } else if (message instanceof StartAt start) {
            target.put(START_AT).putInt(start.stream()).putLong(start.offset());
        } else if (message instanceof Refused refused) {
            target.put(REFUSED)
                    .putInt(refused.stream())
                    .putShort(refused.error().code());
        } else {
            throw new IllegalArgumentException("records are not written from memory");
        }
    }

    static void writeRecordsHeader(
            ByteBuffer target, int stream, long highWatermark, long logStartOffset, long startOffset, int bytes) {
        target.put(RECORDS)
                .putInt(stream)
                .putLong(highWatermark)
                .putLong(logStartOffset)
                .putLong(startOffset)
                .putInt(bytes);
    }

    /** @throws MalformedFrame also if it ends inside a message */
    static List<ToLeader> readToLeader(ByteBuffer frame) {
        return read(frame, ReplicationCodec::toLeader);
    }

    /** @throws MalformedFrame also if it ends inside a message */
    static List<ToFollower> readToFollower(ByteBuffer frame) {
        return read(frame, ReplicationCodec::toFollower);
    }

    private static <M> List<M> read(ByteBuffer frame, Function<ByteBuffer, M> one) {
        List<M> messages = new ArrayList<>();
        try {
            while (frame.hasRemaining()) {
                messages.add(one.apply(frame));
            }
        } catch (BufferUnderflowException e) {
            throw new MalformedFrame("a replication frame ends inside its message " + messages.size());
        }
        return messages;
    }

    private static ToLeader toLeader(ByteBuffer frame) {
        byte type = frame.get();
        int stream = frame.getInt();
        return switch (type) {
            case FOLLOW ->
                new Follow(
                        stream,
                        new PartitionId(readUuid(frame), notNegative(frame.getInt(), "partition")),
                        notNegative(frame.getInt(), "leader epoch"),
                        readUuid(frame),
                        notNegative(frame.getLong(), "log start"),
                        notNegative(frame.getLong(), "log end"),
                        frame.getInt());
            case ACK ->
                new Ack(stream, notNegative(frame.getLong(), "log start"), notNegative(frame.getLong(), "log end"));
            case UNFOLLOW -> new Unfollow(stream);
            default -> throw new MalformedFrame("no message of a follower has type " + type);
        };
    }

    private static ToFollower toFollower(ByteBuffer frame) {
        byte type = frame.get();
        int stream = frame.getInt();
        return switch (type) {
            case RECORDS ->
                new Records(
                        stream,
                        notNegative(frame.getLong(), "high watermark"),
                        notNegative(frame.getLong(), "log start"),
                        notNegative(frame.getLong(), "start offset"),
                        bytes(frame, frame.getInt()));
            case HIGH_WATERMARK ->
                new HighWatermarkAlone(
                        stream,
                        notNegative(frame.getLong(), "high watermark"),
                        notNegative(frame.getLong(), "log start"));
            case DIVERGING ->
                new Diverging(stream, notNegative(frame.getInt(), "epoch"), notNegative(frame.getLong(), "end offset"));
            case START_AT -> new StartAt(stream, notNegative(frame.getLong(), "offset"));
            case REFUSED -> new Refused(stream, Errors.forCode(frame.getShort()));
            default -> throw new MalformedFrame("no message of a leader has type " + type);
        };
    }

    private static ByteBuffer bytes(ByteBuffer frame, int count) {
        if (count <= 0 || count > frame.remaining()) {
            throw new MalformedFrame(count + " bytes of records announced, " + frame.remaining() + " there");
        }
        ByteBuffer records = frame.slice(frame.position(), count);
        frame.position(frame.position() + count);
        return records;
    }

    private static long notNegative(long value, String what) {
        if (value < 0) {
            throw new MalformedFrame(what + " " + value);
        }
        return value;
    }

    private static int notNegative(int value, String what) {
        return (int) notNegative((long) value, what);
    }

    private static void writeUuid(ByteBuffer target, Uuid id) {
        target.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static Uuid readUuid(ByteBuffer frame) {
        return new Uuid(frame.getLong(), frame.getLong());
    }
}
