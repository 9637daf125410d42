package dev.ahti.log;

import dev.ahti.log.LogDirectory.UnusableException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.Uuid;

/**
 * Whose a data directory is: Kafka's {@code meta.properties}.
 *
 * @param clusterId "" until the cluster is known
 */
record DirectoryIdentity(String clusterId, int brokerId, Uuid directoryId) {
    private static final String FILE_NAME = "meta.properties";

    /**
     * Makes a new directory this broker's, or finds that it is.
     *
     * @throws UnusableException if it is another's
     */
    static DirectoryIdentity claim(Path directory, int brokerId) throws IOException {
        DirectoryIdentity identity = read(directory);
        if (identity == null) {
            identity = new DirectoryIdentity("", brokerId, Uuid.randomUuid());
            identity.write(directory);
        } else if (identity.brokerId() != brokerId) {
            throw new UnusableException(directory + " belongs to broker " + identity.brokerId()
                    + ": start it with node.id=" + identity.brokerId() + ", or set log.dirs to another directory");
        }
        return identity;
    }

    /** What the directory says, or null in a new one. */
    private static DirectoryIdentity read(Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            return null;
        }
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        return new DirectoryIdentity(
                properties.getProperty("cluster.id", ""),
                Integer.parseInt(properties.getProperty("node.id", "-1")),
                Uuid.fromString(properties.getProperty("directory.id")));
    }

    /**
     * The identity in the cluster, noted in a directory that had none.
     *
     * @throws UnusableException if the directory belongs to another
     */
    DirectoryIdentity joinCluster(String cluster, Path directory) throws IOException {
        if (clusterId.equals(cluster)) {
            return this;
        }
        if (!clusterId.isEmpty()) {
            throw new UnusableException(directory + " belongs to cluster " + clusterId
                    + ", but the database of ahti.metadata.url holds cluster " + cluster
                    + ": set the right database, or log.dirs to another directory");
        }
        DirectoryIdentity joined = new DirectoryIdentity(cluster, brokerId, directoryId);
        joined.write(directory);
        return joined;
    }

    private void write(Path directory) throws IOException {
        String cluster = clusterId.isEmpty() ? "" : "cluster.id=" + clusterId + "\n";
        WholeFile.write(
                directory.resolve(FILE_NAME),
                "version=1\n" + cluster + "node.id=" + brokerId + "\ndirectory.id=" + directoryId + "\n");
    }
}
