package dev.ahti.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One port in front of several, as a load balancer that knows nothing of Kafka: each connection goes to the next that answers. */
public final class TcpForwarder implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Integer> targets;
    private final AtomicInteger next = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param port of its own, free until now */
    public TcpForwarder(int port, List<Integer> targets) {
        this.targets = targets;
        try {
            listener = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("accepts", this::accept);
    }

    public String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    private void start(String name, Runnable task) {
        Thread thread = new Thread(task, "forwarder " + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                client.setTcpNoDelay(true);
                open.add(client);
                Socket server = connect();
                if (server == null) {
                    close(client);
                } else {
                    start("to", () -> pump(client, server));
                    start("from", () -> pump(server, client));
                }
            }
        } catch (IOException closed) {
            open.forEach(this::close);
        }
    }

    private Socket connect() {
        for (int tried = 0; tried < targets.size(); tried++) {
            int port = targets.get(next.getAndIncrement() % targets.size());
            Socket server = new Socket();
            try {
                server.setTcpNoDelay(true);
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
                open.add(server);
                return server;
            } catch (IOException down) {
                close(server);
            }
        }
        return null;
    }

    private void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // As by its end: the other side is to see it.
        }
        close(from);
        close(to);
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
