package dev.ahti.peer;

import dev.ahti.model.PeerAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.AddressFromURIString;

/** A {@link ClusterPeer} as a process of its own, which can be killed and stopped as one. */
final class PeerProcess implements AutoCloseable {
    static final int BROKER = 9;

    private final Process process;
    final PeerAddress address;

    /** Joins those, which are a cluster already, and connects with them. */
    PeerProcess(List<ClusterPeer> others) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                PeerProcess.class.getName(),
                others.get(0).cluster.selfMember().address().toString()));
        for (ClusterPeer other : others) {
            PeerAddress there = other.connections.address();
            command.addAll(List.of("" + other.broker, "" + there.port(), "" + there.uid()));
        }
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("up ")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("the process has ended");
        }
        String[] words = line.split(" ");
        address = new PeerAddress("127.0.0.1", Integer.parseInt(words[1]), Long.parseLong(words[2]));
    }

    void kill() {
        process.destroyForcibly();
    }

    /** @param name STOP, CONT */
    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    @Override
    public void close() throws Exception {
        process.destroyForcibly().waitFor();
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
        Map<Integer, PeerAddress> others = new HashMap<>();
        for (int i = 1; i < arguments.length; i += 3) {
            others.put(
                    Integer.parseInt(arguments[i]),
                    new PeerAddress("127.0.0.1", Integer.parseInt(arguments[i + 1]), Long.parseLong(arguments[i + 2])));
        }
        ClusterPeer peer = new ClusterPeer(BROKER);
        peer.join(AddressFromURIString.parse(arguments[0]));
        peer.awaitMembers(others.size() + 1);
        peer.update(others);
        peer.dialled.opened(others.size());
        PeerAddress own = peer.connections.address();
        System.out.println("up " + own.port() + " " + own.uid());
        System.out.flush();
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(0); // Whoever started it has died.
    }
}
