package dev.ahti.metadata;

import com.fasterxml.jackson.core.JacksonException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * The SQL database of the metadata journal, H2 or PostgreSQL: checked, its tables made, and the configuration with which
 * Pekko Persistence uses it. {@link #open} before the actor system uses it, {@link #close} once that has connected: until
 * then the first connection keeps an embedded database open.
 */
public final class MetadataDatabase implements AutoCloseable {
    /** One at a time makes the tables: any number will do that nobody else takes. */
    private static final long SCHEMA_LOCK = 0x41687469L;

    private final String url;
    private final String user;
    private final String password;
    private final Connection connection;

    private MetadataDatabase(String url, String user, String password, Connection connection) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.connection = connection;
    }

    /** What keeps the database from being used, and what to do, in one line. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message, Throwable cause) {
            super(message, cause);
        }

        /** Whether nothing but reaching it is the trouble: it may come back by itself. */
        public boolean unreachable() {
            return getCause() instanceof SQLException e && MetadataDatabase.unreachable(e);
        }
    }

    /** URL of the database embedded in this node: each commit is on its way to the disk before it is answered. */
    public static String embeddedUrl(Path dataDirectory) {
        return "jdbc:h2:file:" + dataDirectory.toAbsolutePath().resolve("metadata")
                + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }

    public static boolean isEmbedded(String url) {
        return url.startsWith("jdbc:h2:");
    }

    /**
     * Connects and makes the tables where they are missing; blocks.
     *
     * @param user null for none
     * @param password null for none
     */
    public static MetadataDatabase open(String url, String user, String password) throws UnusableException {
        if (!isEmbedded(url) && !url.startsWith("jdbc:postgresql:")) {
            throw new UnusableException(
                    "ahti.metadata.url is \"" + url
                            + "\": set it to jdbc:postgresql://host/database, or leave it out for embedded H2",
                    null);
        }
        Properties properties = properties(url, user, password);
        try {
            Connection connection = DriverManager.getConnection(url, properties);
            createTables(connection, isEmbedded(url));
            return new MetadataDatabase(url, user, password, connection);
        } catch (SQLException e) {
            throw new UnusableException(explain(url, user, e), e);
        }
    }

    /** One that cannot be reached now, whose tables are known to be there (rule 23): Pekko Persistence tries on. */
    public static MetadataDatabase away(String url, String user, String password) {
        return new MetadataDatabase(url, user, password, null);
    }

    /** Whether it was not reached when the broker started. */
    public boolean away() {
        return connection == null;
    }

    static Properties properties(String url, String user, String password) {
        Properties properties = new Properties();
        properties.put("user", user == null ? "" : user);
        properties.put("password", password == null ? "" : password);
        if (!isEmbedded(url)) {
            properties.put("connectTimeout", "5");
            properties.put("loginTimeout", "5");
        }
        return properties;
    }

    static String explain(String url, String user, SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String database = "the metadata database " + url.replaceAll("[?;].*", "");
        if (state.startsWith("28")) {
            return database + " refuses user \"" + (user == null ? "" : user)
                    + "\" or the password: set ahti.metadata.user and ahti.metadata.password";
        } else if (state.equals("90020")) {
            return database + " is in use by another process: stop that one, or set another log.dirs";
        } else if (state.equals("3D000")) {
            return database + " does not exist: create it, or correct ahti.metadata.url";
        } else if (state.equals("42501")) {
            return database + " does not let user \"" + user + "\" create tables: grant CREATE on its schema";
        } else if (unreachable(e)) {
            return database + " cannot be reached: start it, or correct ahti.metadata.url (" + firstLine(e) + ")";
        }
        return database + " cannot be used: " + firstLine(e) + " (SQL state " + state + ")";
    }

    /** Class 08 is the connection; 57P0x is a PostgreSQL that stops, or is not yet up. */
    private static boolean unreachable(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("08") || state.startsWith("57P0");
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static void createTables(Connection connection, boolean embedded) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!embedded) {
                statement.execute("SELECT pg_advisory_lock(" + SCHEMA_LOCK + ")");
            }
            try {
                for (String command :
                        schema(embedded ? "h2.sql" : "postgresql.sql").split(";")) {
                    if (!command.isBlank()) {
                        statement.execute(command);
                    }
                }
            } finally {
                if (!embedded) {
                    statement.execute("SELECT pg_advisory_unlock(" + SCHEMA_LOCK + ")");
                }
            }
        }
    }

    private static String schema(String name) {
        try (InputStream in = MetadataDatabase.class.getResourceAsStream("schema/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("schema/" + name + " cannot be read from our own jar", e);
        }
    }

    /** Goes on top of the actor system's configuration. */
    public Config config() {
        Map<String, Object> db = new HashMap<>();
        db.put("url", url);
        db.put("user", user == null ? "" : user);
        db.put("password", password == null ? "" : password);
        db.put("driver", isEmbedded(url) ? "org.h2.Driver" : "org.postgresql.Driver");
        if (!isEmbedded(url)) {
            db.put("properties", Map.of("connectTimeout", "5", "socketTimeout", "20", "tcpKeepAlive", "true"));
        }
        String profile = isEmbedded(url) ? "slick.jdbc.H2Profile$" : "slick.jdbc.PostgresProfile$";
        return ConfigFactory.empty()
                .withValue(SLICK + ".db", ConfigValueFactory.fromMap(db))
                .withValue(SLICK + ".profile", ConfigValueFactory.fromAnyRef(profile))
                .withFallback(ConfigFactory.parseString(PERSISTENCE));
    }

    /** Whether a new connection to the database that the actor system uses can be made. */
    static CompletionStage<Boolean> isReachable(ActorSystem<?> system) {
        Config db = system.settings().config().getConfig(SLICK + ".db");
        Properties properties = properties(db.getString("url"), db.getString("user"), db.getString("password"));
        return CompletableFuture.supplyAsync(
                () -> {
                    try (Connection tried = DriverManager.getConnection(db.getString("url"), properties)) {
                        return tried.isValid(5);
                    } catch (SQLException e) {
                        return false;
                    }
                },
                system.dispatchers().lookup(DispatcherSelector.blocking()));
    }

    private static final String SLICK = "pekko-persistence-jdbc.shared-databases.slick";

    /** One small pool for journal and snapshots: one actor writes, and a new pool at start costs time. */
    private static final String PERSISTENCE =
            """
            pekko.persistence {
              journal.plugin = "jdbc-journal"
              snapshot-store.plugin = "jdbc-snapshot-store"
            }
            pekko-persistence-jdbc.shared-databases.slick.db {
              connectionPool = "HikariCP"
              numThreads = 3
              maxConnections = 3
              minConnections = 1
              connectionTimeout = 5000
              validationTimeout = 2000
            }
            jdbc-journal {
              use-shared-db = "slick"
              replay-filter.mode = fail
              # A breaker that stays open would only make the database seem away for longer.
              circuit-breaker { max-failures = 10, call-timeout = 20s, reset-timeout = 1s }
            }
            jdbc-snapshot-store {
              use-shared-db = "slick"
              circuit-breaker { max-failures = 10, call-timeout = 20s, reset-timeout = 1s }
            }
            jdbc-read-journal.use-shared-db = "slick"
            """;

    /** Whether the journal's primary key refused the write: somebody else has written that number (rule 21). */
    static boolean isRefusedByPrimaryKey(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                for (SQLException each = sql; each != null; each = each.getNextException()) {
                    if ("23505".equals(each.getSQLState())) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Whether something stored is of a newer version of Ahti, or damaged: trying again will not help (rule 29). */
    static boolean isUnreadable(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JacksonException
                    || cause instanceof NotSerializableException
                    || cause instanceof ClassNotFoundException
                    || cause instanceof IllegalStateException) {
                return true;
            }
        }
        return false;
    }

    static String rootMessage(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getSimpleName() + ": " + firstLine(cause);
    }

    @Override
    public void close() {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            // It was only held open; the pool has its own.
        }
    }
}
