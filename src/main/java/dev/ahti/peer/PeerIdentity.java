package dev.ahti.peer;

import org.apache.kafka.common.Uuid;

/**
 * Who is at the other end of a connection between brokers, as its hello said and was checked (rule 28).
 *
 * @param broker its broker id
 * @param incarnation under which it was registered, or was registering, when it said hello
 * @param uid of the cluster member, {@code uniqueAddress.longUid}: another one is another process (rule 4)
 */
public record PeerIdentity(int broker, Uuid incarnation, long uid) {}
