package dev.ahti.management;

import java.util.Map;
import java.util.Optional;

/** What the nodes that answered say, by broker. */
record Reports(Map<Integer, NodeReport> byBroker) {

    Optional<NodeReport> of(int broker) {
        return Optional.ofNullable(byBroker.get(broker));
    }

    /** Of two that both think so, the one with the later metadata. */
    Optional<Integer> singleton() {
        return byBroker.values().stream()
                .filter(NodeReport::singleton)
                .max((one, other) -> Integer.compare(one.metadataEpoch(), other.metadataEpoch()))
                .map(NodeReport::broker);
    }
}
