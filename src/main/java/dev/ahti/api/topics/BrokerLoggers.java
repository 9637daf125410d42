package dev.ahti.api.topics;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.ahti.metadata.MetadataClient.ConfigOperation;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.slf4j.LoggerFactory;

/**
 * The log levels of this process as Kafka's BROKER_LOGGER resource (KIP-412). They are of this process alone, and gone
 * with it.
 */
final class BrokerLoggers {
    private static final String ROOT = "root";
    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();

    List<DescribedConfig> describe() {
        TreeMap<String, DescribedConfig> all = new TreeMap<>();
        for (Logger logger : loggers.getLoggerList()) {
            String name = kafkasName(logger);
            all.put(
                    name,
                    new DescribedConfig(
                            name,
                            logger.getEffectiveLevel().toString(),
                            ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG,
                            false,
                            false,
                            List.of(),
                            null,
                            null));
        }
        return List.copyOf(all.values());
    }

    private static String kafkasName(Logger logger) {
        return logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME) ? ROOT : logger.getName();
    }

    /** @throws org.apache.kafka.common.errors.ApiException nothing has been changed then */
    void check(List<ConfigOperation> changes) {
        for (ConfigOperation change : changes) {
            Logger logger = existing(change.name());
            switch (change.type()) {
                case SET -> requireLevel(change);
                case DELETE -> requireNotRoot(logger);
                default ->
                    throw new InvalidRequestException(
                            change.type() + " operation is not allowed for the BROKER_LOGGER resource");
            }
        }
    }

    void apply(List<ConfigOperation> changes) {
        for (ConfigOperation change : changes) {
            boolean set = change.type() == AlterConfigOp.OpType.SET;
            existing(change.name()).setLevel(set ? Level.toLevel(change.value()) : null);
        }
    }

    private Logger existing(String name) {
        Logger logger = loggers.exists(name.equals(ROOT) ? org.slf4j.Logger.ROOT_LOGGER_NAME : name);
        if (logger == null) {
            throw new InvalidConfigurationException("Logger " + name + " does not exist!");
        }
        return logger;
    }

    private static void requireLevel(ConfigOperation change) {
        if (!LEVELS.contains(change.value())) {
            throw new InvalidConfigurationException("Cannot set the log level of " + change.name() + " to "
                    + change.value() + " as it is not a supported log level. Valid log levels are "
                    + String.join(", ", LEVELS.stream().sorted().toList()));
        }
    }

    private static void requireNotRoot(Logger logger) {
        if (kafkasName(logger).equals(ROOT)) {
            throw new InvalidRequestException("Removing the log level of the " + ROOT + " logger is not allowed");
        }
    }
}
