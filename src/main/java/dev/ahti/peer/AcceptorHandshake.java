package dev.ahti.peer;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The side that was dialled. */
final class AcceptorHandshake extends Handshake {
    private final Supplier<LocalBroker> local;
    private final Set<PeerPurpose> served;
    private LocalBroker own;
    private byte[] ownBytes;
    private Hello other;
    private byte[] otherBytes;

    AcceptorHandshake(Supplier<LocalBroker> local, Set<PeerPurpose> served, ClusterSecret secret) {
        super(secret);
        this.local = local;
        this.served = served;
    }

    @Override
    PeerPurpose purpose() {
        return other.purpose();
    }

    @Override
    byte[] begin() {
        return null;
    }

    @Override
    byte[] onMessage(byte type, byte[] content) throws HelloRefused {
        if (type == HELLO && other == null) {
            return onHello(content);
        }
        if (type == PROOF && other != null && peer == null) {
            return onProof(content);
        }
        throw unexpected(type);
    }

    private byte[] onHello(byte[] content) throws HelloRefused {
        Hello hello = Hello.decode(ByteBuffer.wrap(content));
        Optional<String> mismatch = secretMismatch(hello);
        if (mismatch.isPresent()) {
            throw new HelloRefused(mismatch.get(), refusal(mismatch.get(), new byte[0]), null);
        }
        other = hello;
        otherBytes = content;
        own = local.get();
        ownBytes = own.hello(hello.self().broker(), hello.purpose(), secret.isSet())
                .encode();
        return message(HELLO, ownBytes);
    }

    private byte[] onProof(byte[] content) throws HelloRefused {
        if (!secret.isProof(content, DIALLER, otherBytes, ownBytes)) {
            String reason = "broker " + other.self().broker() + " has another ahti.cluster.secret than broker "
                    + own.identity().broker();
            throw new HelloRefused(reason, refusal(reason, new byte[0]), null);
        }
        Optional<String> objection = objection();
        if (objection.isPresent()) {
            String reason = objection.get();
            byte[] proof = secret.proof(REFUSAL + reason, otherBytes, ownBytes);
            throw new HelloRefused(reason, refusal(reason, proof), other.self());
        }
        peer = other.self();
        return message(ACCEPTED, secret.proof(ACCEPTOR, otherBytes, ownBytes));
    }

    private Optional<String> objection() {
        int self = own.identity().broker();
        if (other.self().broker() == self) {
            return Optional.of("it says that it is broker " + self + ", as this one: no two may have one node.id");
        }
        if (other.target() != self) {
            return Optional.of("this is broker " + self + ", not broker " + other.target());
        }
        if (own.clusterId().isEmpty()) {
            return Optional.of("broker " + self + " is not registered yet");
        }
        if (!other.clusterId().equals(own.clusterId())) {
            return Optional.of("broker " + other.self().broker() + " belongs to cluster " + other.clusterId()
                    + ", broker " + self + " to " + own.clusterId());
        }
        if (!served.contains(other.purpose())) {
            return Optional.of("broker " + self + " serves no " + other.purpose() + " connections");
        }
        return Optional.empty();
    }
}
