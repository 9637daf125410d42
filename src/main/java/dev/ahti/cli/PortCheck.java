package dev.ahti.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/**
 * Ports: free, or taken by the broker itself.
 *
 * @param running whether the broker runs here
 */
record PortCheck(boolean running) {

    Finding look(String host, int port, String setting) {
        String subject = setting;
        if (port == 0) {
            return Finding.ok(subject, "any free port");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(
                    host.isEmpty()
                            ? new InetSocketAddress(port)
                            : new InetSocketAddress(InetAddress.getByName(host), port));
            return running
                    ? Finding.warn(
                            subject,
                            port + " is free although the broker runs: it runs with other settings, or another broker"
                                    + " has this one's management port")
                    : Finding.ok(subject, port + " is free");
        } catch (UnknownHostException e) {
            return Finding.bad(subject, "nobody knows the host " + host + ": correct it");
        } catch (BindException e) {
            if (!String.valueOf(e.getMessage()).contains("in use")) {
                return Finding.bad(
                        subject, "cannot listen at " + host + ":" + port + ": name an address of this machine");
            }
            return running
                    ? Finding.ok(subject, port + " is taken, by the broker that runs")
                    : Finding.bad(subject, port + " is taken: stop what listens there, or set another port");
        } catch (IOException e) {
            return Finding.bad(subject, "cannot listen at " + host + ":" + port + ": " + e.getMessage());
        }
    }
}
