package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ahti.metadata.MetadataDatabase.UnusableException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that cannot be used is one line that says what to do. */
class MetadataDatabaseTest {
    @TempDir
    Path directory;

    private static void expect(String url, String user, String password, String... words) {
        assertThatThrownBy(() -> MetadataDatabase.open(url, user, password).close())
                .isInstanceOf(UnusableException.class)
                .hasMessageContainingAll(words)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void anUnknownKindOfUrlIsRefused() {
        expect("jdbc:mysql://x/y", null, null, "ahti.metadata.url", "jdbc:postgresql://host/database");
    }

    @Test
    void nobodyListensThere() {
        expect("jdbc:postgresql://127.0.0.1:1/ahti", "u", "p", "cannot be reached", "ahti.metadata.url");
    }

    @Test
    void aWrongPasswordOfTheEmbeddedDatabaseSaysSo() throws Exception {
        String url = MetadataDatabase.embeddedUrl(directory);
        MetadataDatabase.open(url, "ahti", "right").close();

        expect(url, "ahti", "wrong", "refuses user \"ahti\"", "ahti.metadata.password");
    }

    @Test
    void aWrongPasswordOfPostgresqlSaysSoAndAServerThatHasStoppedToo() throws Exception {
        String url;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
            url = postgres.getJdbcUrl("postgres", "postgres").replaceAll("\\?.*", "");
            askForPasswords(postgres);

            assertThat(DatabaseLook.at(url, "ahti", "right").tables()).isFalse();
            assertThatThrownBy(() -> DatabaseLook.at(url, "ahti", "wrong"))
                    .isInstanceOf(UnusableException.class)
                    .hasMessageContaining("refuses user \"ahti\"");
            MetadataDatabase.open(url, "ahti", "right").close();
            DatabaseLook look = DatabaseLook.at(url, "ahti", "right");
            assertThat(look.tables()).isTrue();
            assertThat(look.mayCreate()).isTrue();
            assertThat(look.aheadMillis()).isBetween(-5_000L, 5_000L);
            expect(url, "ahti", "wrong", "refuses user \"ahti\"", "ahti.metadata.password");
            expect(url, "nobody", "right", "refuses user \"nobody\"", "ahti.metadata.user");
        }
        expect(url, "ahti", "right", url + " cannot be reached: start it", "ahti.metadata.url");
    }

    private static void askForPasswords(EmbeddedPostgres postgres) throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE USER ahti PASSWORD 'right'");
            statement.execute("GRANT ALL ON SCHEMA public TO ahti");
            ResultSet file = statement.executeQuery("SHOW hba_file");
            file.next();
            Files.writeString(Path.of(file.getString(1)), "host all all all scram-sha-256\n");
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    @Test
    void onPostgresqlAMissingDatabaseIsNamedAndSeveralNodesMakeTheTablesAtOnce() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
            String url = postgres.getJdbcUrl("postgres", "postgres").replaceAll("\\?.*", "");
            expect(url.replaceAll("/postgres$", "/none"), "postgres", "postgres", "/none does not exist");

            List<CompletableFuture<MetadataDatabase>> nodes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                nodes.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return MetadataDatabase.open(url, "postgres", "postgres");
                    } catch (UnusableException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            for (CompletableFuture<MetadataDatabase> node : nodes) {
                MetadataDatabase database = node.get(20, TimeUnit.SECONDS);
                assertThat(database.config().getString("pekko.persistence.journal.plugin"))
                        .isEqualTo("jdbc-journal");
                database.close();
            }
        }
    }
}
