package dev.ahti.chaos;

import dev.ahti.testing.BrokerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the brokers live. In network namespaces each has an address of its own on a bridge, and a link from one to another
 * can be cut; where they are not to be had, all are on the loopback address.
 *
 * <p>A cut is a neighbour entry with a MAC address that nobody has: what is sent there is lost in silence, in that one
 * direction, and open connections feel it too. It needs no firewall.
 */
final class Hosts {
    private static final String NOBODY = "02:00:00:00:ff:ff";
    private static final String NETWORK = "10.99.0.";

    private final boolean namespaces;

    private Hosts(boolean namespaces) {
        this.namespaces = namespaces;
    }

    static Hosts onLoopback() {
        return new Hosts(false);
    }

    /** To be called in a network and a mount namespace that hold nothing else, and end with this process. */
    static Hosts inNamespaces(int brokers) {
        sh("mkdir -p /run/netns && mount -t tmpfs none /run/netns && ip link set lo up");
        sh("ip link add br0 type bridge && ip addr add " + NETWORK + "254/24 dev br0 && ip link set br0 up");
        for (int id : IntStream.rangeClosed(1, brokers).toArray()) {
            sh("ip netns add b" + id + " && ip link add v" + id + " type veth peer name eth0 netns b" + id
                    + " && ip link set v" + id + " master br0 up");
            in(id, "ip addr add " + NETWORK + id + "/24 dev eth0 && ip link set eth0 up && ip link set lo up");
        }
        return new Hosts(true);
    }

    boolean canCut() {
        return namespaces;
    }

    String address(int broker) {
        return namespaces ? NETWORK + broker : "127.0.0.1";
    }

    /** Of the database. */
    String ownAddress() {
        return namespaces ? NETWORK + "254" : "127.0.0.1";
    }

    String network() {
        return NETWORK + "0/24";
    }

    int port(int wanted) {
        return namespaces ? wanted : BrokerProcess.freePort();
    }

    /** What a command begins with that is to run at this broker's place. */
    List<String> enter(int broker) {
        return namespaces ? new ArrayList<>(List.of("nsenter", "--net=/run/netns/b" + broker)) : new ArrayList<>();
    }

    /** From now on nothing that one sends reaches the other; the other way stays open. */
    void cut(int from, int to) {
        in(from, "ip neigh replace " + address(to) + " lladdr " + NOBODY + " dev eth0 nud permanent");
    }

    void heal(int from, int to) {
        in(from, "ip neigh del " + address(to) + " dev eth0");
    }

    private static void in(int broker, String script) {
        sh("nsenter --net=/run/netns/b" + broker + " sh -c '" + script + "'");
    }

    private static void sh(String script) {
        try {
            Process process = new ProcessBuilder("sh", "-c", script)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(script + ": " + output);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(script, e);
        }
    }
}
