package dev.ahti.config;

import dev.ahti.model.Endpoint;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Merges the sources, refuses what nobody knows, and checks values. */
final class ConfigLoader {
    private static final Map<String, String> OTHER_NAMES =
            Map.of("broker.id", BrokerSettings.NODE_ID, "log.dir", BrokerSettings.LOG_DIRS);

    private static final Pattern POD_ORDINAL = Pattern.compile(".*-(\\d{1,6})");

    /** Means nothing here but for the listeners that it takes away. */
    private static final String CONTROLLER_LISTENERS = "controller.listener.names";

    private final ConfigSources sources;
    private final Map<String, String> explicit = new TreeMap<>();
    private final Map<String, String> ignored = new TreeMap<>();
    private Set<String> controllerListeners = Set.of();

    ConfigLoader(ConfigSources sources) {
        this.sources = sources;
    }

    BrokerConfig load() {
        add(sources.fromFile(), "in " + sources.file());
        explicit.putAll(sources.fromEnvironment());
        add(sources.commandLine(), "after --set");
        Map<String, Object> values = parse();
        idFromPod(values);
        oneDirectory(values);
        requestMemory(values);
        topicDefaultsAreSound(values);
        ManagementSettings.check(values);

        Listeners listeners = new Listeners((String) values.get(NetworkSettings.PROTOCOL_MAP), controllerListeners);
        List<Endpoint> bound = listeners.bound(list(values, NetworkSettings.LISTENERS));
        List<Endpoint> advertised = listeners.advertised(list(values, NetworkSettings.ADVERTISED_LISTENERS), bound);
        Set<String> virtual = ListenerModes.virtual(list(values, NetworkSettings.LISTENER_MODE), bound);
        return new BrokerConfig(values, explicit, ignored, bound, advertised, virtual);
    }

    private void add(Map<String, String> settings, String where) {
        new TreeMap<>(settings).forEach((written, value) -> {
            String name = OTHER_NAMES.getOrDefault(written, written);
            boolean shadowed = !name.equals(written) && settings.containsKey(name);
            if (KnownNames.ours(name)) {
                if (!shadowed) {
                    explicit.put(name, value);
                }
            } else if (KnownNames.kafkas(name)) {
                ignored.put(name, value);
                if (name.equals(CONTROLLER_LISTENERS)) {
                    controllerListeners = Arrays.stream(value.split(","))
                            .map(listener -> listener.strip().toUpperCase(Locale.ROOT))
                            .collect(Collectors.toSet());
                }
            } else {
                throw unknown(written, where);
            }
        });
    }

    private static ConfigProblem unknown(String name, String where) {
        String suggestion = KnownNames.nearest(name)
                .map(nearest -> "did you mean " + nearest + "?")
                .orElse("docs/configuration.md lists every setting");
        return new ConfigProblem("unknown setting " + name + " " + where + ": " + suggestion);
    }

    private Map<String, Object> parse() {
        try {
            return new HashMap<>(Definitions.ALL.parse(explicit));
        } catch (ConfigException e) {
            throw new ConfigProblem(e.getMessage());
        }
    }

    /** Kubernetes counts from 0 on, brokers from 1. */
    private void idFromPod(Map<String, Object> values) {
        String pod = (String) values.get(BrokerSettings.POD_NAME);
        if (pod == null || explicit.containsKey(BrokerSettings.NODE_ID)) {
            return;
        }
        Matcher ordinal = POD_ORDINAL.matcher(pod);
        if (!ordinal.matches()) {
            throw new ConfigProblem(BrokerSettings.POD_NAME + " is " + pod
                    + ", which does not end in a number as the names of a StatefulSet's pods do: set node.id");
        }
        values.put(BrokerSettings.NODE_ID, Integer.parseInt(ordinal.group(1)) + 1);
    }

    private static void oneDirectory(Map<String, Object> values) {
        List<String> directories = list(values, BrokerSettings.LOG_DIRS);
        if (directories.size() != 1 || directories.get(0).isBlank()) {
            throw new ConfigProblem("log.dirs names " + directories.size()
                    + " directories: name one (Ahti keeps all partitions of a broker in one directory)");
        }
    }

    private static void requestMemory(Map<String, Object> values) {
        if ((Long) values.get(NetworkSettings.QUEUED_MAX_REQUEST_BYTES) < 0) {
            values.put(
                    NetworkSettings.QUEUED_MAX_REQUEST_BYTES,
                    Runtime.getRuntime().maxMemory() / 4);
        }
    }

    /** The checks that a topic's configs get hold for their defaults too (ranges, and log.roll.hours=0). */
    private static void topicDefaultsAreSound(Map<String, Object> values) {
        try {
            new LogConfig(TopicDefaults.from(values));
        } catch (ConfigException e) {
            throw new ConfigProblem("as a default for topics: " + e.getMessage());
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> list(Map<String, Object> values, String name) {
        return (List<String>) values.get(name);
    }
}
