package dev.ahti.network.forwarding;

import dev.ahti.api.virtual.ExpectedLeader;
import dev.ahti.api.virtual.Part;
import dev.ahti.model.PartitionId;
import dev.ahti.peer.MalformedFrame;
import dev.ahti.protocol.EncodedResponse;
import dev.ahti.protocol.RequestContext;
import dev.ahti.protocol.ResponsePart;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.pekko.util.ByteString;

/**
 * Frames between brokers that hand on requests: a type, the request's number, fixed fields, big endian; then the body in
 * the client's version, whose records are neither copied to be written nor when they are read.
 */
final class ForwardingCodec {
    static final byte REQUEST = 1;
    /** A request is to be answered with what there is. */
    static final byte END_WAIT = 2;

    static final int ANSWER_HEADER_BYTES = 1 + Integer.BYTES;

    private static final int FIXED_BYTES = 1 + 4 + 2 + 2 + 4 + 8 + 4 + 4 + 4 + 1 + 16 + 4;
    private static final int LEADER_BYTES = 16 + 4 + 4;
    private static final short NULL = -1;

    private ForwardingCodec() {}

    static ByteString request(int id, Part part, EncodedResponse body) {
        RequestContext context = part.context();
        byte[] clientId = bytes(context.clientId());
        byte[] listener = bytes(context.listener());
        byte[] principalType = bytes(context.principal().getPrincipalType());
        byte[] principalName = bytes(context.principal().getName());
        long now = System.nanoTime();
        ByteBuffer header = ByteBuffer.allocate(FIXED_BYTES
                + size(clientId)
                + size(listener)
                + size(principalType)
                + size(principalName)
                + part.leaders().size() * LEADER_BYTES);
        header.put(REQUEST)
                .putInt(id)
                .putShort(context.apiKey().id)
                .putShort(context.apiVersion())
                .putInt(context.correlationId())
                .putLong(Math.max(0, now - context.receivedNanos()))
                .putInt(millis(part.deadlineNanos() - now));
        write(header, clientId);
        write(header, listener);
        write(header, principalType);
        write(header, principalName);
        writeAddress(header, context.client());
        header.putInt(part.leaders().size());
        for (ExpectedLeader leader : part.leaders()) {
            Uuid topic = leader.partition().topicId();
            header.putLong(topic.getMostSignificantBits())
                    .putLong(topic.getLeastSignificantBits())
                    .putInt(leader.partition().partition())
                    .putInt(leader.leaderEpoch());
        }
        ByteString frame = ByteString.fromArrayUnsafe(header.array(), 0, header.position());
        for (ResponsePart piece : body.parts()) {
            frame = frame.concat(inMemory(piece));
        }
        return frame;
    }

    private static ByteString inMemory(ResponsePart part) {
        if (!(part instanceof ResponsePart.Bytes bytes) || !bytes.bytes().hasArray()) {
            throw new IllegalArgumentException("a request that is not in memory: " + part);
        }
        ByteBuffer buffer = bytes.bytes();
        return ByteString.fromArrayUnsafe(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    }

    static ByteString endWait(int id) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(1 + Integer.BYTES).put(END_WAIT).putInt(id).array());
    }

    static void writeAnswerHeader(ByteBuffer target, AnswerType type, int id) {
        target.put(type.code()).putInt(id);
    }

    static AnswerType readAnswerType(ByteBuffer frame) {
        if (frame.remaining() < ANSWER_HEADER_BYTES) {
            throw new MalformedFrame("an answer of " + frame.remaining() + " bytes");
        }
        return AnswerType.of(frame.get());
    }

    /** Behind its type. */
    static ForwardedRequest readRequest(ByteBuffer frame) {
        try {
            int id = frame.getInt();
            short key = frame.getShort();
            if (!ApiKeys.hasId(key)) {
                throw new MalformedFrame("unknown api key " + key);
            }
            short version = frame.getShort();
            int correlationId = frame.getInt();
            long now = System.nanoTime();
            long age = frame.getLong();
            int remainingMs = frame.getInt();
            if (age < 0 || remainingMs < 0) {
                throw new MalformedFrame("a request " + age + " ns old, with " + remainingMs + " ms to go");
            }
            String clientId = readString(frame);
            String listener = notNull(readString(frame));
            KafkaPrincipal principal = new KafkaPrincipal(notNull(readString(frame)), notNull(readString(frame)));
            InetSocketAddress client = readAddress(frame);
            List<ExpectedLeader> leaders = readLeaders(frame);
            RequestContext context = new RequestContext(
                    ApiKeys.forId(key),
                    version,
                    correlationId,
                    clientId,
                    listener,
                    client,
                    principal,
                    now - age,
                    new CompletableFuture<>());
            return new ForwardedRequest(
                    id, context, now + TimeUnit.MILLISECONDS.toNanos(remainingMs), leaders, frame.slice());
        } catch (BufferUnderflowException e) {
            throw new MalformedFrame("a request ends inside its header");
        }
    }

    private static List<ExpectedLeader> readLeaders(ByteBuffer frame) {
        int count = frame.getInt();
        if (count < 0 || count > frame.remaining() / LEADER_BYTES) {
            throw new MalformedFrame(count + " leaders announced, " + frame.remaining() + " bytes there");
        }
        List<ExpectedLeader> leaders = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            PartitionId partition = new PartitionId(new Uuid(frame.getLong(), frame.getLong()), frame.getInt());
            leaders.add(new ExpectedLeader(partition, frame.getInt()));
        }
        return leaders;
    }

    private static int millis(long nanos) {
        return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos)));
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static int size(byte[] text) {
        return Short.BYTES + (text == null ? 0 : text.length);
    }

    private static void write(ByteBuffer target, byte[] text) {
        if (text == null) {
            target.putShort(NULL);
        } else {
            target.putShort((short) text.length).put(text);
        }
    }

    private static String readString(ByteBuffer frame) {
        short length = frame.getShort();
        if (length == NULL) {
            return null;
        }
        // Up to 65,534: a client id has up to 32,767 bytes.
        byte[] text = new byte[Math.min(length & 0xffff, frame.remaining() + 1)];
        frame.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static String notNull(String text) {
        if (text == null) {
            throw new MalformedFrame("a request of nobody, or over no listener");
        }
        return text;
    }

    private static void writeAddress(ByteBuffer target, InetSocketAddress client) {
        byte[] address =
                client.getAddress() == null ? new byte[0] : client.getAddress().getAddress();
        target.put((byte) address.length).put(address).putInt(client.getPort());
    }

    private static InetSocketAddress readAddress(ByteBuffer frame) {
        byte length = frame.get();
        if (length != 0 && length != 4 && length != 16) {
            throw new MalformedFrame("an address of " + length + " bytes");
        }
        byte[] address = new byte[length];
        frame.get(address);
        int port = frame.getInt();
        if (port < 0 || port > 0xffff) {
            throw new MalformedFrame("port " + port);
        }
        try {
            return length == 0
                    ? InetSocketAddress.createUnresolved("unknown", port)
                    : new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new MalformedFrame(e.getMessage());
        }
    }
}
