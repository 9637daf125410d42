package dev.ahti.peer;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** Speaks to a broker's port byte by byte. */
final class RawPeer implements AutoCloseable {
    final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawPeer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    void send(byte[] bytes) throws IOException {
        try {
            out.write(bytes);
        } catch (SocketException closed) {
            // Closed at once, which is what most of these tests are about.
        }
    }

    void sendFrame(byte[] content) throws IOException {
        send(ByteBuffer.allocate(4 + content.length)
                .putInt(content.length)
                .put(content)
                .array());
    }

    byte[] receiveFrame() throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    /** Says hello as a broker would, up to where the connection is open. */
    void open(Hello hello, ClusterSecret secret) throws IOException, HelloRefused {
        DiallerHandshake handshake = new DiallerHandshake(hello, secret);
        sendFrame(handshake.begin());
        while (handshake.peer() == null) {
            byte[] answer = handshake.onMessage(ByteBuffer.wrap(receiveFrame()));
            if (answer != null) {
                sendFrame(answer);
            }
        }
    }

    /** Reads to the end; fails if it does not come. */
    void awaitClosed() throws IOException {
        byte[] buffer = new byte[8192];
        try {
            while (in.read(buffer) >= 0) {}
        } catch (SocketException | EOFException reset) {
            // As good.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
