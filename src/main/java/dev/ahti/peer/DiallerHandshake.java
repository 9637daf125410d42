package dev.ahti.peer;

import dev.ahti.protocol.InvalidRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The side that dials. */
final class DiallerHandshake extends Handshake {
    private final Hello own;
    private final byte[] ownBytes;
    private Hello other;
    private byte[] otherBytes;

    DiallerHandshake(Hello own, ClusterSecret secret) {
        super(secret);
        this.own = own;
        this.ownBytes = own.encode();
    }

    @Override
    PeerPurpose purpose() {
        return own.purpose();
    }

    @Override
    byte[] begin() {
        return message(HELLO, ownBytes);
    }

    @Override
    byte[] onMessage(byte type, byte[] content) throws HelloRefused {
        if (type == REFUSED) {
            throw refused(content);
        }
        if (type == HELLO && other == null) {
            return onHello(content);
        }
        if (type == ACCEPTED && other != null) {
            if (!secret.isProof(content, ACCEPTOR, ownBytes, otherBytes)) {
                throw new HelloRefused(wrongSecret(), null, null);
            }
            if (!other.clusterId().equals(own.clusterId())) {
                throw new HelloRefused("it belongs to cluster " + other.clusterId(), null, null);
            }
            peer = other.self();
            return null;
        }
        throw unexpected(type);
    }

    private byte[] onHello(byte[] content) throws HelloRefused {
        Hello hello = Hello.decode(ByteBuffer.wrap(content));
        var mismatch = secretMismatch(hello);
        if (mismatch.isPresent()) {
            throw new HelloRefused(mismatch.get(), null, null);
        }
        if (hello.self().broker() != own.target()) {
            throw new HelloRefused(
                    "broker " + hello.self().broker() + " is there, not broker " + own.target(), null, null);
        }
        other = hello;
        otherBytes = content;
        return message(PROOF, secret.proof(DIALLER, ownBytes, otherBytes));
    }

    /** Also a refusal says which process is there, if it is proven: it may be another than the one that was. */
    private HelloRefused refused(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        short length = bytes.remaining() < Short.BYTES ? -1 : bytes.getShort();
        if (length < 0 || length > bytes.remaining()) {
            throw new InvalidRequest("a damaged refusal");
        }
        byte[] text = new byte[length];
        bytes.get(text);
        byte[] proof = new byte[bytes.remaining()];
        bytes.get(proof);
        String reason = new String(text, StandardCharsets.UTF_8);
        boolean proven = other != null && secret.isProof(proof, REFUSAL + reason, ownBytes, otherBytes);
        return new HelloRefused("it says: " + reason, null, proven ? other.self() : null);
    }

    private String wrongSecret() {
        return "broker " + own.target() + " has another ahti.cluster.secret";
    }
}
