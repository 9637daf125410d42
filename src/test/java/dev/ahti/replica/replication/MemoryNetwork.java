package dev.ahti.replica.replication;

import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.peer.PeerIdentity;
import dev.ahti.peer.PeerPurpose;
import dev.ahti.peer.Peers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Brokers in one JVM and the replication connections between them, dialled and cut as a test says. */
public final class MemoryNetwork {
    private final Executor threads;
    private final Map<Integer, Node> nodes = new ConcurrentHashMap<>();
    private final Map<String, MemoryConnection> connections = new ConcurrentHashMap<>();

    public MemoryNetwork(Executor threads) {
        this.threads = threads;
    }

    private static final class Node implements Peers {
        private final PeerIdentity identity;
        private Function<PeerConnection, PeerHandler> serving;
        private Function<PeerConnection, PeerHandler> dialling;

        Node(PeerIdentity identity) {
            this.identity = identity;
        }

        @Override
        public void serve(PeerPurpose purpose, Function<PeerConnection, PeerHandler> handler) {
            serving = handler;
        }

        @Override
        public void dial(PeerPurpose purpose, Function<PeerConnection, PeerHandler> handler) {
            dialling = handler;
        }
    }

    /** A broker, or a new process in place of it. */
    public Peers join(PeerIdentity identity) {
        Node node = new Node(identity);
        nodes.put(identity.broker(), node);
        return node;
    }

    /** Makes the connection by which {@code follower} follows at {@code leader}, if there is none. */
    public MemoryConnection dial(int follower, int leader) {
        return connections.compute(follower + ">" + leader, (name, before) -> {
            if (before != null && !before.isCut()) {
                return before;
            }
            Node from = nodes.get(follower);
            Node to = nodes.get(leader);
            return new MemoryConnection(threads, from.identity, from.dialling, to.identity, to.serving);
        });
    }

    /** Both connections between every two. */
    public void dialAll() {
        for (int follower : nodes.keySet()) {
            for (int leader : nodes.keySet()) {
                if (follower != leader) {
                    dial(follower, leader);
                }
            }
        }
    }

    public void cut(int follower, int leader) {
        MemoryConnection connection = connections.remove(follower + ">" + leader);
        if (connection != null) {
            connection.cut();
        }
    }

    /** All connections of a process that ends. */
    public void leave(int broker) {
        nodes.remove(broker);
        connections.forEach((name, connection) -> {
            if (name.startsWith(broker + ">") || name.endsWith(">" + broker)) {
                connection.cut();
                connections.remove(name, connection);
            }
        });
    }
}
