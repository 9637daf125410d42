package dev.ahti.cli;

import dev.ahti.config.BrokerConfig;
import dev.ahti.model.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;

/** Whether what clients are told leads here. */
final class AdvertisedCheck {
    private static final int TIMEOUT_MS = 2_000;
    private static final String SUBJECT = "advertised.listeners";

    private final List<Endpoint> listeners;
    private final boolean alone;
    private final boolean running;

    AdvertisedCheck(BrokerConfig config, boolean running) {
        this.listeners = config.listeners();
        this.alone = OtherBrokersCheck.alone(config);
        this.running = running;
    }

    Finding look(Endpoint told) {
        InetAddress address;
        try {
            address = InetAddress.getByName(told.host());
        } catch (UnknownHostException e) {
            return Finding.bad(
                    SUBJECT,
                    "nobody here knows the host " + told.host() + " that clients are told: correct it, or the name"
                            + " service");
        }
        if (running && told.port() != 0) {
            return connect(told, address);
        }
        if (address.isLoopbackAddress() && (!alone || listensBeyondLoopback())) {
            return Finding.warn(
                    SUBJECT,
                    told + " is reached from this machine only: for clients on others, set the address that they know");
        }
        return Addresses.isOfThisMachine(address)
                ? Finding.ok(SUBJECT, told + " is an address of this machine")
                : Finding.warn(
                        SUBJECT,
                        told + " is no address of this machine: right only where something there hands connections on"
                                + " to this broker");
    }

    private boolean listensBeyondLoopback() {
        return listeners.stream().anyMatch(each -> each.host().isEmpty() || !Addresses.isLoopback(each.host()));
    }

    private static Finding connect(Endpoint told, InetAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, told.port()), TIMEOUT_MS);
            return Finding.ok(SUBJECT, told + " can be reached from here");
        } catch (IOException e) {
            return Finding.bad(
                    SUBJECT,
                    told + ", which clients are told, cannot be reached from here (" + e.getMessage()
                            + "): correct it, or let connections through to " + told.port());
        }
    }
}
