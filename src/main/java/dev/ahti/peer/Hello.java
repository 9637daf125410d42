package dev.ahti.peer;

import dev.ahti.protocol.InvalidRequest;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.apache.kafka.common.Uuid;

/**
 * What each side of a new connection says first (rule 28).
 *
 * @param self who says it
 * @param target the broker that is meant to be at the other end
 * @param clusterId "" if not known yet
 * @param hasSecret whether {@code ahti.cluster.secret} is set, so that a broker without it is told so
 * @param nonce new for each connection: a proof of the secret is good for no other
 */
record Hello(PeerIdentity self, int target, String clusterId, PeerPurpose purpose, boolean hasSecret, Nonce nonce) {
    /** More than any hello has: what is longer is not one. */
    static final int MAX_BYTES = 1024;

    static final short VERSION = 1;
    private static final int MAGIC = 0x41687469; // "Ahti"

    record Nonce(long high, long low) {
        private static final SecureRandom RANDOM = new SecureRandom();

        static Nonce random() {
            return new Nonce(RANDOM.nextLong(), RANDOM.nextLong());
        }
    }

    byte[] encode() {
        byte[] cluster = clusterId.getBytes(StandardCharsets.UTF_8);
        byte[] what = purpose.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        bytes.putInt(MAGIC).putShort(VERSION);
        bytes.putInt(self.broker()).putLong(self.uid());
        bytes.putLong(self.incarnation().getMostSignificantBits());
        bytes.putLong(self.incarnation().getLeastSignificantBits());
        bytes.putInt(target);
        bytes.putShort((short) cluster.length).put(cluster);
        bytes.putShort((short) what.length).put(what);
        bytes.put((byte) (hasSecret ? 1 : 0));
        bytes.putLong(nonce.high()).putLong(nonce.low());
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** @throws InvalidRequest if it is none, or one of another version */
    static Hello decode(ByteBuffer bytes) {
        try {
            if (bytes.getInt() != MAGIC) {
                throw new InvalidRequest("no hello of a broker");
            }
            short version = bytes.getShort();
            if (version != VERSION) {
                throw new InvalidRequest("a hello of version " + version + ", this broker speaks " + VERSION);
            }
            int broker = bytes.getInt();
            long uid = bytes.getLong();
            Uuid incarnation = new Uuid(bytes.getLong(), bytes.getLong());
            return new Hello(
                    new PeerIdentity(broker, incarnation, uid),
                    bytes.getInt(),
                    text(bytes),
                    PeerPurpose.valueOf(text(bytes)),
                    bytes.get() != 0,
                    new Nonce(bytes.getLong(), bytes.getLong()));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new InvalidRequest("a damaged hello");
        }
    }

    private static String text(ByteBuffer bytes) {
        short length = bytes.getShort();
        if (length < 0 || length > bytes.remaining()) {
            throw new InvalidRequest("a damaged hello");
        }
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
