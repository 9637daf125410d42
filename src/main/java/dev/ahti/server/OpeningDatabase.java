package dev.ahti.server;

import com.typesafe.config.Config;
import dev.ahti.config.BrokerConfig;
import dev.ahti.log.LogDirectory;
import dev.ahti.metadata.MetadataDatabase;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metadata database of a start, opened while the actor system starts, which takes no less long. */
final class OpeningDatabase {
    private static final Logger LOG = LoggerFactory.getLogger(OpeningDatabase.class);

    private final String url;
    private final String user;
    private final String password;
    private final MetadataDatabase away;
    private final boolean clusterKnown;
    private final CompletableFuture<MetadataDatabase> opened;

    /** @param directory locked, so that nobody else opens the embedded database in it */
    OpeningDatabase(BrokerConfig config, LogDirectory directory, Executor threads) {
        String configured = config.stringValue("ahti.metadata.url");
        url = configured == null ? MetadataDatabase.embeddedUrl(config.dataDirectory()) : configured;
        user = config.stringValue("ahti.metadata.user");
        password = config.stringValue("ahti.metadata.password");
        away = MetadataDatabase.away(url, user, password);
        clusterKnown = !directory.clusterId().isEmpty();
        opened = CompletableFuture.supplyAsync(this::open, threads);
    }

    /** Rule 23: a broker that the cluster knows waits for a database that is away; a first start does not. */
    private MetadataDatabase open() {
        try {
            return MetadataDatabase.open(url, user, password);
        } catch (MetadataDatabase.UnusableException e) {
            if (!e.unreachable() || !clusterKnown) {
                throw new CompletionException(e);
            }
            LOG.warn("Going on without it: {}", e.getMessage());
            return away;
        }
    }

    /** Goes on top of the actor system's configuration, which does not wait until it is open. */
    Config config() {
        return away.config();
    }

    /** Fails with a {@link MetadataDatabase.UnusableException}. */
    CompletableFuture<MetadataDatabase> opened() {
        return opened;
    }

    /** Also what is still being opened. */
    void close() {
        opened.thenAccept(MetadataDatabase::close);
    }
}
