package dev.ahti.config;

import dev.ahti.model.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code listeners} and {@code advertised.listeners}. */
final class Listeners {
    private static final Pattern ADDRESS = Pattern.compile("([A-Za-z0-9_.-]+)://\\[?([^/\\]]*?)\\]?:(\\d{1,5})");
    private static final Set<String> EVERY_INTERFACE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private final Map<String, String> protocols;
    private final Set<String> leftOut;

    /** @param leftOut names of listeners that are Kafka controllers' */
    Listeners(String protocolMap, Set<String> leftOut) {
        this.protocols = protocols(protocolMap);
        this.leftOut = leftOut;
    }

    /** @return hosts may be empty: every interface */
    List<Endpoint> bound(List<String> addresses) {
        List<Endpoint> bound = parse(NetworkSettings.LISTENERS, addresses);
        if (bound.isEmpty()) {
            throw new ConfigProblem("listeners names no address for clients: set for example"
                    + " listeners=PLAINTEXT://127.0.0.1:9092");
        }
        return bound;
    }

    /** @return ports may be 0: whatever the listener got */
    List<Endpoint> advertised(List<String> addresses, List<Endpoint> bound) {
        List<Endpoint> advertised = addresses == null
                ? bound.stream().map(Listeners::reachable).toList()
                : parse(NetworkSettings.ADVERTISED_LISTENERS, addresses);
        for (Endpoint endpoint : advertised) {
            if (endpoint.host().isEmpty() || EVERY_INTERFACE.contains(endpoint.host())) {
                throw new ConfigProblem("clients cannot connect to " + endpoint + ": set advertised.listeners="
                        + endpoint.listener() + "://HOST:" + endpoint.port()
                        + " with a host name or address at which they reach this broker");
            }
        }
        for (Endpoint endpoint : bound) {
            if (advertised.stream().noneMatch(other -> other.listener().equals(endpoint.listener()))) {
                throw new ConfigProblem("advertised.listeners has no address for the listener " + endpoint.listener()
                        + ": add " + endpoint.listener() + "://HOST:PORT");
            }
        }
        return advertised.stream()
                .filter(endpoint ->
                        bound.stream().anyMatch(other -> other.listener().equals(endpoint.listener())))
                .toList();
    }

    private List<Endpoint> parse(String setting, List<String> addresses) {
        List<Endpoint> endpoints = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String address : addresses) {
            Matcher parts = ADDRESS.matcher(address.strip());
            if (!parts.matches() || Integer.parseInt(parts.group(3)) > Definitions.MAX_PORT) {
                throw new ConfigProblem(
                        setting + " has '" + address + "': write NAME://host:port, as in PLAINTEXT://127.0.0.1:9092");
            }
            String name = parts.group(1).toUpperCase(Locale.ROOT);
            if (leftOut.contains(name)) {
                continue;
            }
            if (!names.add(name)) {
                throw new ConfigProblem(setting + " names the listener " + name + " twice: give each a name of its own"
                        + " and map it in listener.security.protocol.map");
            }
            endpoints.add(new Endpoint(name, protocol(name), parts.group(2), Integer.parseInt(parts.group(3))));
        }
        return List.copyOf(endpoints);
    }

    private String protocol(String listener) {
        String protocol = protocols.get(listener);
        if (protocol == null) {
            throw new ConfigProblem("listener.security.protocol.map does not say how to speak at the listener "
                    + listener + ": add " + listener + ":PLAINTEXT");
        }
        if (!protocol.equals("PLAINTEXT")) {
            throw new ConfigProblem("the listener " + listener + " asks for " + protocol
                    + ", which this version does not speak yet: use PLAINTEXT");
        }
        return protocol;
    }

    private static Map<String, String> protocols(String map) {
        Map<String, String> protocols = new HashMap<>();
        for (String entry : map.split(",")) {
            String[] pair = entry.strip().split(":");
            if (pair.length != 2) {
                throw new ConfigProblem("listener.security.protocol.map has '" + entry
                        + "': write NAME:PROTOCOL, as in INTERNAL:PLAINTEXT");
            }
            protocols.put(
                    pair[0].strip().toUpperCase(Locale.ROOT), pair[1].strip().toUpperCase(Locale.ROOT));
        }
        return protocols;
    }

    /** As Kafka: a listener without a host is advertised under this machine's name. */
    private static Endpoint reachable(Endpoint bound) {
        if (!bound.host().isEmpty()) {
            return bound;
        }
        try {
            String host = InetAddress.getLocalHost().getCanonicalHostName();
            return new Endpoint(bound.listener(), bound.securityProtocol(), host, bound.port());
        } catch (UnknownHostException e) {
            throw new ConfigProblem("the name of this machine is unknown (" + e.getMessage()
                    + "): set advertised.listeners=" + bound.listener() + "://HOST:" + bound.port());
        }
    }
}
