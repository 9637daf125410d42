package dev.ahti.peer;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A port that answers hellos as the test wants, one connection after the other. */
final class FakeBroker implements AutoCloseable {
    final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final AtomicInteger connections = new AtomicInteger();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile LocalBroker identity;

    /** @param identity null: it takes connections and says nothing, as a stopped process does */
    FakeBroker(LocalBroker identity) throws IOException {
        this.identity = identity;
        Thread thread = new Thread(this::accept, "fake-broker");
        thread.setDaemon(true);
        thread.start();
    }

    /** From the next connection on. */
    void become(LocalBroker newIdentity) {
        identity = newIdentity;
    }

    void closeConnections() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                LocalBroker as = identity;
                if (as != null) {
                    answer(socket, as);
                }
                connections.incrementAndGet();
            }
        } catch (IOException closed) {
            // With the test.
        }
    }

    private static void answer(Socket socket, LocalBroker as) {
        AcceptorHandshake handshake =
                new AcceptorHandshake(() -> as, EnumSet.allOf(PeerPurpose.class), new ClusterSecret(Optional.empty()));
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (handshake.peer() == null) {
                byte[] message = new byte[in.readInt()];
                in.readFully(message);
                byte[] answer;
                try {
                    answer = handshake.onMessage(ByteBuffer.wrap(message));
                } catch (HelloRefused refused) {
                    send(socket, refused.answer());
                    socket.close();
                    return;
                }
                send(socket, answer);
            }
        } catch (IOException closed) {
            // The dialler has gone.
        }
    }

    private static void send(Socket socket, byte[] message) throws IOException {
        socket.getOutputStream()
                .write(ByteBuffer.allocate(4 + message.length)
                        .putInt(message.length)
                        .put(message)
                        .array());
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeConnections();
    }
}
