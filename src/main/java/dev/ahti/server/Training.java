package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import java.nio.file.Path;
import java.util.Map;

/** Loads the classes that a start and the first requests need, so that the launcher can keep them in an archive. */
final class Training {
    private Training() {}

    static void run(Path directory) throws Exception {
        Broker broker = Broker.start(
                BrokerConfig.load(ConfigSources.of(Map.of(
                        "log.dirs", directory.resolve("data").toString(),
                        "listeners", "PLAINTEXT://127.0.0.1:0",
                        "ahti.cluster.port", "0",
                        "ahti.replication.port", "0",
                        "ahti.management.port", "0"))),
                false);
        broker.stop();
    }
}
