package dev.ahti.config;

import dev.ahti.model.Endpoint;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code ahti.listener.mode}: one mode for all listeners, or one for each that is named. */
final class ListenerModes {
    private static final String DIRECT = "direct";
    private static final String VIRTUAL = "virtual";

    private ListenerModes() {}

    /** Names of the virtual ones among these; the others are direct. */
    static Set<String> virtual(List<String> modes, List<Endpoint> bound) {
        Set<String> names = bound.stream().map(Endpoint::listener).collect(Collectors.toSet());
        if (modes.size() == 1 && !modes.get(0).contains(":")) {
            return isVirtual(modes.get(0)) ? Set.copyOf(names) : Set.of();
        }
        Set<String> virtual = new HashSet<>();
        Set<String> named = new HashSet<>();
        for (String entry : modes) {
            String[] pair = entry.strip().split(":", -1);
            if (pair.length != 2) {
                throw wrong(entry);
            }
            String name = pair[0].strip().toUpperCase(Locale.ROOT);
            if (!names.contains(name) || !named.add(name)) {
                throw new ConfigProblem(NetworkSettings.LISTENER_MODE + " names the listener " + name
                        + (names.contains(name) ? " twice" : ", which listeners does not have"));
            }
            if (isVirtual(pair[1])) {
                virtual.add(name);
            }
        }
        return Set.copyOf(virtual);
    }

    private static boolean isVirtual(String mode) {
        return switch (mode.strip()) {
            case VIRTUAL -> true;
            case DIRECT -> false;
            default -> throw wrong(mode);
        };
    }

    private static ConfigProblem wrong(String entry) {
        return new ConfigProblem(NetworkSettings.LISTENER_MODE + " has '" + entry
                + "': write direct, virtual, or a mode for each listener, as in INSIDE:direct,OUTSIDE:virtual");
    }
}
