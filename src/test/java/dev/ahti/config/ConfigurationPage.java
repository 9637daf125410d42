package dev.ahti.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** Writes docs/configuration.md from the definitions. */
final class ConfigurationPage {
    private static final String HEAD =
            """
            # Configuration

            <!-- Written by ConfigurationPageTest: change the definitions in dev.ahti.config, then run
                 ./dev docs -->

            Settings have the names and defaults of Kafka's broker configs wherever Kafka has one; the others begin with
            `ahti.`. Each can be given in three places; the first that has it wins:

            1. on the command line: `bin/ahti --set node.id=2`
            2. as an environment variable: `AHTI_NODE_ID=2`. The name is `AHTI_`, then the setting in capitals, without
               its `ahti.`, and with underscores for dots and dashes: `ahti.metadata.url` is `AHTI_METADATA_URL`.
               Variables that name no setting, and empty ones, are not looked at.
            3. in a file: `bin/ahti --config FILE`, HOCON where the name ends in `.conf`, otherwise Kafka's
               `server.properties`

            A setting of Kafka's that means nothing here, such as `controller.quorum.voters`, is named once at the start
            and ignored. A name that nobody knows stops the start, and so does a value that cannot be. Port 0 is a free
            one. `AHTI_LOG_LEVEL=DEBUG` says more in the log.

            """;

    private ConfigurationPage() {}

    static String text() {
        StringBuilder page = new StringBuilder(HEAD);
        sections().forEach((title, define) -> {
            ConfigDef settings = new ConfigDef();
            define.accept(settings);
            page.append("## ").append(title).append("\n\n");
            page.append("| setting | default | allowed | meaning |\n|---|---|---|---|\n");
            settings.configKeys().values().stream()
                    .sorted((a, b) -> a.name.compareTo(b.name))
                    .forEach(setting -> page.append(row(setting)));
            page.append('\n');
        });
        return page.substring(0, page.length() - 1);
    }

    private static Map<String, Consumer<ConfigDef>> sections() {
        Map<String, Consumer<ConfigDef>> sections = new LinkedHashMap<>();
        sections.put("The broker", BrokerSettings::define);
        sections.put("Connections of clients", NetworkSettings::define);
        sections.put("Topics and requests", TopicSettings::define);
        sections.put("Logs, and defaults for the configs of topics", LogSettings::define);
        sections.put("Replication and sessions", ReplicationSettings::define);
        sections.put("Consumer groups", GroupSettings::define);
        sections.put("The cluster", ClusterSettings::define);
        sections.put("Metadata", MetadataSettings::define);
        sections.put("Management", ManagementSettings::define);
        return sections;
    }

    private static String row(ConfigKey setting) {
        return "| `" + setting.name + "` | " + byDefault(setting) + " | " + allowed(setting) + " | "
                + plain(setting.documentation) + " |\n";
    }

    private static String byDefault(ConfigKey setting) {
        Object value = setting.defaultValue;
        if (value instanceof List<?> list) {
            value = String.join(",", list.stream().map(String::valueOf).toList());
        }
        return value == null ? "unset" : value.equals("") ? "empty" : "`" + value + "`";
    }

    private static String allowed(ConfigKey setting) {
        String type = setting.type.toString().toLowerCase(Locale.ROOT);
        String range = setting.validator == null ? "" : setting.validator.toString();
        return plain(range.isBlank() || range.startsWith("non-") ? type : type + " " + range);
    }

    /** Kafka's texts hold HTML and line breaks. */
    private static String plain(String text) {
        return text.replaceAll("</?code>", "`")
                .replaceAll("<[^>]+>", " ")
                .replaceAll("\\s+", " ")
                .replace("|", "\\|")
                .strip();
    }
}
