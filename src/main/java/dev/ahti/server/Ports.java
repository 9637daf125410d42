package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.model.Endpoint;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Looks whether every port is free before anything else is begun, so that a taken one costs a line and no recovery. */
final class Ports {
    private Ports() {}

    static void check(BrokerConfig config) {
        for (Endpoint listener : config.listeners()) {
            check(listener.host(), listener.port(), "listeners");
        }
        check(config, "ahti.management");
        check(config, "ahti.cluster");
        check(
                config.stringValue("ahti.cluster.host"),
                config.intValue("ahti.replication.port"),
                "ahti.replication.port");
    }

    private static void check(BrokerConfig config, String prefix) {
        check(config.stringValue(prefix + ".host"), config.intValue(prefix + ".port"), prefix + ".port");
    }

    private static void check(String host, int port, String setting) {
        try (ServerSocket socket = new ServerSocket()) {
            // As the listeners themselves do: a port with connections in TIME_WAIT is free.
            socket.setReuseAddress(true);
            socket.bind(host.isEmpty() ? new InetSocketAddress(port) : address(host, port, setting));
        } catch (BindException e) {
            throw new StartProblem(problem(host, port, setting, e), e);
        } catch (IOException e) {
            throw new StartProblem(
                    "cannot listen at " + host + ":" + port + " (" + setting + "): " + e.getMessage(), e);
        }
    }

    private static InetSocketAddress address(String host, int port, String setting) {
        try {
            return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
        } catch (UnknownHostException e) {
            throw new StartProblem(
                    "nobody knows the host " + host + ": correct " + setting.replace(".port", ".host"), e);
        }
    }

    private static String problem(String host, int port, String setting, BindException e) {
        String address = host + ":" + port;
        if (String.valueOf(e.getMessage()).contains("in use")) {
            return "port " + port + " is taken (" + address + "): stop what listens there, or set " + setting
                    + " to another port";
        }
        return "cannot listen at " + address + ": " + e.getMessage() + "; set " + setting
                + " to an address of this machine";
    }
}
