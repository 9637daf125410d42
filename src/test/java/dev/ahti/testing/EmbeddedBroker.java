package dev.ahti.testing;

import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import dev.ahti.model.Endpoint;
import dev.ahti.server.Broker;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A broker in this JVM on free ports: quick to start, with everything but a process of its own. */
public final class EmbeddedBroker implements AutoCloseable {
    private final Broker broker;

    private EmbeddedBroker(Broker broker) {
        this.broker = broker;
    }

    /** @param settings names and values in turn, over those for free ports */
    public static EmbeddedBroker start(Path data, String... settings) {
        try {
            return new EmbeddedBroker(Broker.start(config(data, settings), false));
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not start: " + e.getMessage(), e);
        }
    }

    /** @param settings names and values in turn, over those for free ports */
    public static BrokerConfig config(Path data, String... settings) {
        Map<String, String> all = new LinkedHashMap<>(Map.of(
                "log.dirs", data.toString(),
                "listeners", "PLAINTEXT://127.0.0.1:0",
                "ahti.cluster.port", "0",
                "ahti.replication.port", "0",
                "ahti.management.port", "0"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return BrokerConfig.load(ConfigSources.of(all));
    }

    public String bootstrap() {
        Endpoint listener = broker.listeners().get(0);
        return listener.host() + ":" + listener.port();
    }

    public String management() {
        return broker.management();
    }

    /** In order, as after SIGTERM. */
    @Override
    public void close() {
        if (!broker.stop()) {
            throw new IllegalStateException("the broker did not stop cleanly");
        }
    }
}
