package dev.ahti.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.config.BrokerConfig;
import dev.ahti.peer.BrokerRole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What follows for Pekko from the broker's settings, on top of {@code application.conf}. */
final class PekkoSettings {
    private PekkoSettings() {}

    /** @param ownProcess whether the JVM is the broker's alone and ends with it */
    static Config of(BrokerConfig config, ClusterFormation formation, boolean ownProcess) {
        Map<String, Object> settings = new HashMap<>(formation.pekkoSettings());
        String host = config.stringValue("ahti.cluster.host");
        settings.put("pekko.remote.artery.canonical.hostname", host);
        settings.put("pekko.remote.artery.canonical.port", config.intValue("ahti.cluster.port"));
        settings.put("pekko.cluster.roles", List.of(BrokerRole.of(config.nodeId())));
        settings.put("pekko.management.http.hostname", ClusterFormation.managementHost(config));
        settings.put("pekko.management.http.bind-hostname", config.stringValue("ahti.management.host"));
        settings.put("pekko.management.http.port", config.intValue("ahti.management.port"));
        // Signals are Main's: the JVM's own hook would end with status 143.
        settings.put("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", "off");
        settings.put("pekko.coordinated-shutdown.exit-jvm", ownProcess);
        settings.put("pekko.jvm-exit-on-fatal-error", ownProcess);
        return ConfigFactory.parseMap(settings, "Ahti's settings");
    }
}
