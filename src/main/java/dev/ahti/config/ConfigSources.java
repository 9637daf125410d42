package dev.ahti.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where settings come from. {@code --set} is stronger than the environment, the environment than the file.
 *
 * @param file HOCON where its name ends in {@code .conf}, else Kafka's {@code server.properties}; or null
 */
public record ConfigSources(Map<String, String> commandLine, Map<String, String> environment, Path file) {
    private static final String PREFIX = "AHTI_";

    /** Of a broker that is given nothing but these settings. */
    public static ConfigSources of(Map<String, String> commandLine) {
        return new ConfigSources(commandLine, Map.of(), null);
    }

    /** The environment variable of a setting: {@code node.id} is AHTI_NODE_ID, {@code ahti.cluster.host} is AHTI_CLUSTER_HOST. */
    public static String environmentName(String setting) {
        String name = setting.startsWith("ahti.") ? setting.substring("ahti.".length()) : setting;
        return PREFIX + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    Map<String, String> fromFile() {
        if (file == null) {
            return Map.of();
        }
        if (!Files.isReadable(file)) {
            throw new ConfigProblem("cannot read the configuration file " + file + ": check its name and permissions");
        }
        try {
            return file.toString().endsWith(".conf") ? hocon(file) : properties(file);
        } catch (IOException | ConfigException | IllegalArgumentException e) {
            throw new ConfigProblem("the configuration file " + file + " has an error: " + e.getMessage());
        }
    }

    /**
     * Only variables that are settings: a Kubernetes service called ahti brings AHTI_PORT and more. An empty one is none:
     * Kubernetes and compose files set it where what it is to hold is not there.
     */
    Map<String, String> fromEnvironment() {
        Map<String, String> settings = new TreeMap<>();
        for (String setting : Definitions.ALL.names()) {
            String value = environment.get(environmentName(setting));
            if (value != null && !value.isEmpty()) {
                settings.put(setting, value);
            }
        }
        return settings;
    }

    private static Map<String, String> properties(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        Map<String, String> settings = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(name -> settings.put(name, properties.getProperty(name).strip()));
        return settings;
    }

    private static Map<String, String> hocon(Path file) {
        Config config = ConfigFactory.parseFile(
                        file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
                .resolve();
        Map<String, String> settings = new HashMap<>();
        config.entrySet()
                .forEach(entry ->
                        settings.put(String.join(".", ConfigUtil.splitPath(entry.getKey())), text(entry.getValue())));
        return settings;
    }

    private static String text(ConfigValue value) {
        if (value.valueType() == ConfigValueType.LIST) {
            return ((List<?>) value.unwrapped()).stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return String.valueOf(value.unwrapped());
    }
}
