package dev.ahti.metadata;

import dev.ahti.metadata.MetadataDatabase.UnusableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What somebody finds who looks at the PostgreSQL database of the metadata and changes nothing, as {@code ahti doctor} does.
 *
 * @param tables whether ours are there
 * @param mayCreate whether the user may make them
 * @param aheadMillis how far the database's clock is ahead of this machine's
 * @param roundTripMillis how long it takes to answer
 */
public record DatabaseLook(boolean tables, boolean mayCreate, long aheadMillis, long roundTripMillis) {
    private static final String QUESTION =
            "SELECT to_regclass('event_journal') IS NOT NULL AND to_regclass('snapshot') IS NOT NULL,"
                    + " has_schema_privilege(current_schema(), 'CREATE'),"
                    + " (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    /** @throws UnusableException with one line that says why it cannot be used, and what to do */
    public static DatabaseLook at(String url, String user, String password) throws UnusableException {
        try (Connection connection =
                        DriverManager.getConnection(url, MetadataDatabase.properties(url, user, password));
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1"); // So that the next is no slower than those that follow.
            long begun = System.nanoTime();
            long before = System.currentTimeMillis();
            try (ResultSet answer = statement.executeQuery(QUESTION)) {
                long tookMillis = (System.nanoTime() - begun) / 1_000_000;
                answer.next();
                return new DatabaseLook(
                        answer.getBoolean(1),
                        answer.getBoolean(2),
                        answer.getLong(3) - before - tookMillis / 2,
                        tookMillis);
            }
        } catch (SQLException e) {
            throw new UnusableException(MetadataDatabase.explain(url, user, e), e);
        }
    }
}
