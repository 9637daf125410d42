package dev.ahti.peer;

import dev.ahti.protocol.InvalidRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One side of the exchange of hellos with which a connection opens. Who dials proves first that it knows the secret, since
 * anybody can reach a port.
 *
 * <pre>
 *   dialler                    acceptor
 *      | -------- hello --------> |
 *      | <------- hello --------- |
 *      | -------- proof --------> |
 *      | <- accepted | refused -- |   with the acceptor's proof
 * </pre>
 */
abstract sealed class Handshake permits DiallerHandshake, AcceptorHandshake {
    static final byte HELLO = 1;
    static final byte PROOF = 2;
    static final byte ACCEPTED = 3;
    /** Reason and proof of the acceptor. */
    static final byte REFUSED = 4;

    static final String DIALLER = "dialler";
    static final String ACCEPTOR = "acceptor";
    static final String REFUSAL = "refusal: ";

    private static final int MAX_REASON_BYTES = 512;

    final ClusterSecret secret;
    PeerIdentity peer;

    Handshake(ClusterSecret secret) {
        this.secret = secret;
    }

    /** What is to be sent before anything has come, or null. */
    abstract byte[] begin();

    /** What is to be sent as an answer, or null. */
    abstract byte[] onMessage(byte type, byte[] content) throws HelloRefused;

    /** The one that pings when the connection is open. */
    final boolean isDialler() {
        return this instanceof DiallerHandshake;
    }

    abstract PeerPurpose purpose();

    /** Who is there; null while the handshake lasts. */
    final PeerIdentity peer() {
        return peer;
    }

    final byte[] onMessage(ByteBuffer message) throws HelloRefused {
        if (!message.hasRemaining()) {
            throw new HelloRefused("an empty message before the hello", null, null);
        }
        byte type = message.get();
        byte[] content = new byte[message.remaining()];
        message.get(content);
        try {
            return onMessage(type, content);
        } catch (InvalidRequest e) {
            throw new HelloRefused(e.getMessage(), null, null);
        }
    }

    static byte[] message(byte type, byte[] content) {
        return ByteBuffer.allocate(1 + content.length).put(type).put(content).array();
    }

    static byte[] refusal(String reason, byte[] proof) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MAX_REASON_BYTES);
        return ByteBuffer.allocate(1 + Short.BYTES + length + proof.length)
                .put(REFUSED)
                .putShort((short) length)
                .put(text, 0, length)
                .put(proof)
                .array();
    }

    /** Why the two cannot come together at all, if one has a secret and the other none. */
    final Optional<String> secretMismatch(Hello other) {
        if (other.hasSecret() == secret.isSet()) {
            return Optional.empty();
        }
        String with =
                "broker " + (secret.isSet() ? other.target() : other.self().broker());
        String without = "broker " + (secret.isSet() ? other.self().broker() : other.target());
        return Optional.of(with + " has ahti.cluster.secret and " + without + " has none: set the same at both");
    }

    static HelloRefused unexpected(byte type) {
        return new HelloRefused("a message of type " + type + " that does not belong here", null, null);
    }
}
