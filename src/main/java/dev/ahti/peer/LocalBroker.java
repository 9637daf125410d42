package dev.ahti.peer;

import org.apache.kafka.common.Uuid;

/**
 * This broker, as it introduces itself.
 *
 * @param clusterId "" until it is known: then nobody is let in
 */
record LocalBroker(String clusterId, PeerIdentity identity) {

    static LocalBroker unregistered(int broker, long uid) {
        return new LocalBroker("", new PeerIdentity(broker, Uuid.ZERO_UUID, uid));
    }

    LocalBroker registered(String newClusterId, Uuid incarnation) {
        return new LocalBroker(newClusterId, new PeerIdentity(identity.broker(), incarnation, identity.uid()));
    }

    Hello hello(int target, PeerPurpose purpose, boolean hasSecret) {
        return new Hello(identity, target, clusterId, purpose, hasSecret, Hello.Nonce.random());
    }
}
