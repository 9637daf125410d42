package dev.ahti.model;

/**
 * Where the other brokers reach a broker for their own traffic: its own address, never that of a proxy or a Service, whose
 * refusal would look like the broker's death (rule 4).
 *
 * @param uid of its cluster member, {@code uniqueAddress.longUid}: new with each process
 */
public record PeerAddress(String host, int port, long uid) {

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
