package dev.ahti.log;

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

    /** What the directory says, or null in a new one. */
    static DirectoryIdentity read(Path directory) throws IOException {
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

    void write(Path directory) throws IOException {
        String cluster = clusterId.isEmpty() ? "" : "cluster.id=" + clusterId + "\n";
        WholeFile.write(
                directory.resolve(FILE_NAME),
                "version=1\n" + cluster + "node.id=" + brokerId + "\ndirectory.id=" + directoryId + "\n");
    }
}
