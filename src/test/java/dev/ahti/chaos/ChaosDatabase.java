package dev.ahti.chaos;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** PostgreSQL that can be stopped, or brought down as by a crash, and started again on its data. */
final class ChaosDatabase implements AutoCloseable {
    private final Hosts hosts;
    private final Path directory;
    private final int port;
    private EmbeddedPostgres postgres;

    ChaosDatabase(Hosts hosts, Path directory) {
        this.hosts = hosts;
        this.directory = directory;
        this.port = hosts.port(5432);
    }

    synchronized void start() {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(directory.resolve("postgresql"))
                    .setCleanDataDirectory(false);
            if (hosts.canCut()) {
                Path access = directory.resolve("pg_hba.conf");
                Files.writeString(
                        access,
                        "host all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\nhost all all " + hosts.network()
                                + " trust\n");
                builder.setServerConfig("listen_addresses", "*").setServerConfig("hba_file", access.toString());
            }
            postgres = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "jdbc:postgresql://" + hosts.ownAddress() + ":" + port + "/postgres?user=postgres";
    }

    synchronized void stop() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It ends at once and leaves its files as they are: at the next start it recovers. */
    synchronized void crash() {
        try {
            String pid = Files.readAllLines(directory.resolve("postgresql/postmaster.pid"))
                    .get(0);
            new ProcessBuilder("kill", "-QUIT", pid.strip()).start().waitFor();
            for (int i = 0;
                    i < 100
                            && ProcessHandle.of(Long.parseLong(pid.strip()))
                                    .map(ProcessHandle::isAlive)
                                    .orElse(false);
                    i++) {
                Thread.sleep(50);
            }
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    synchronized Connection connect() throws SQLException {
        return java.sql.DriverManager.getConnection(url());
    }

    @Override
    public void close() {
        stop();
    }
}
