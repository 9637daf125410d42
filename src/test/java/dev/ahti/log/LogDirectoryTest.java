package dev.ahti.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.checkpoint.CleanShutdownFileHandler;
import org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile;
import org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
    @TempDir
    Path path;

    @Test
    void aDirectoryInUseIsRefusedByName() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            assertThatThrownBy(() -> LogDirectory.open(path, 1, logs.settings))
                    .isInstanceOf(LogDirectory.UnusableException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void anotherBrokersDirectoryIsRefusedAndLeftUnlocked() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            Uuid id = logs.directory.directoryId();
            logs.directory.close();
            assertThatThrownBy(() -> LogDirectory.open(path, 2, logs.settings))
                    .isInstanceOf(LogDirectory.UnusableException.class)
                    .hasMessageContaining("belongs to broker 1");
            logs.open();
            assertThat(logs.directory.directoryId()).isEqualTo(id);
        }
    }

    @Test
    void theClusterIsNotedOnceAndAnotherIsRefused() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            assertThat(logs.directory.clusterId()).isEmpty();
            logs.directory.joinCluster("first");
            logs.reopen();
            assertThat(logs.directory.clusterId()).isEqualTo("first");
            logs.directory.joinCluster("first");
            assertThatThrownBy(() -> logs.directory.joinCluster("second"))
                    .isInstanceOf(LogDirectory.UnusableException.class)
                    .hasMessageContaining("first");
            Properties properties = new Properties();
            try (var reader = Files.newBufferedReader(path.resolve("meta.properties"))) {
                properties.load(reader);
            }
            assertThat(properties)
                    .containsEntry("version", "1")
                    .containsEntry("cluster.id", "first")
                    .containsEntry("node.id", "1")
                    .containsEntry("directory.id", logs.directory.directoryId().toString());
        }
    }

    @Test
    void onlyAnOrderlyCloseLeavesTheMarkerAndOnlyAnotherKernelMakesRecordsDoubtful() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            assertThat(logs.directory.logsIntact()).isTrue();
            logs.reopen();
            assertThat(logs.directory.cleanStart()).isTrue();
            logs.kill();
            logs.open();
            assertThat(logs.directory.cleanStart()).isFalse();
            assertThat(logs.directory.logsIntact()).isTrue();
            logs.kill();
            logs.forgetKernel();
            logs.open();
            assertThat(logs.directory.logsIntact()).isFalse();
            logs.directory.close();
            logs.forgetKernel();
            assertThat(new CleanShutdownFileHandler(path.toString()).exists()).isTrue();
            logs.open();
            assertThat(logs.directory.logsIntact()).isTrue();
        }
    }

    @Test
    void aDirectoryOfAnotherTopicIdIsSetAsideAndDeletedAfterItsTime() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("old");
            logs.directory.release(logs.log);
            Uuid other = Uuid.randomUuid();
            PartitionLog anew = logs.directory.open(OpenLogs.PARTITION, other, logs.config());
            assertThat(anew.logEndOffset()).isZero();
            Path stray = path.resolve("t-0." + OpenLogs.TOPIC_ID + "-stray");
            assertThat(logs.directory.strays()).containsExactly(stray);
            assertThat(stray.resolve("00000000000000000000.log")).isNotEmptyFile();

            Files.setLastModifiedTime(
                    stray, java.nio.file.attribute.FileTime.fromMillis(logs.time.milliseconds() - 500));
            logs.directory.deleteOldStrays();
            assertThat(stray).exists();
            logs.time.sleep(1000);
            logs.directory.deleteOldStrays();
            assertThat(stray).doesNotExist();
            assertThat(anew.directory()).exists();
        }
    }

    @Test
    void partitionsOfTopicsThatAreGoneAreSetAside() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("x");
            logs.directory.release(logs.log);
            logs.directory.setStraysAside(id -> id.equals(OpenLogs.TOPIC_ID));
            assertThat(logs.directory.strays()).isEmpty();
            logs.directory.setStraysAside(id -> false);
            assertThat(logs.directory.strays()).hasSize(1);
        }
    }

    @Test
    void aDeletedPartitionIsRenamedAtOnceAndItsFilesGoAfterTheDelay() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of("file.delete.delay.ms", "50"))) {
            logs.append("x");
            logs.directory.delete(logs.log);
            assertThat(path.resolve("t-0")).doesNotExist();
            await().until(() -> entriesEndingWith("-delete").isEmpty());
            PartitionLog anew = logs.directory.open(OpenLogs.PARTITION, OpenLogs.TOPIC_ID, logs.config());
            assertThat(anew.logEndOffset()).isZero();
        }
    }

    @Test
    void leftoversOfADeletionAreDeletedAtTheNextStart() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("x");
            logs.directory.delete(logs.log);
            assertThat(entriesEndingWith("-delete")).hasSize(1);
            logs.reopen();
            await().until(() -> entriesEndingWith("-delete").isEmpty());
        }
    }

    @Test
    void kafkaReadsTheCheckpointsAndThePartitionMetadata() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            logs.append("a", "b", "c");
            logs.log.raiseLogStartOffset(1);
            logs.log.flush();
            logs.directory.checkpointLogs();
            logs.directory.checkpointHighWatermarks(Map.of(OpenLogs.PARTITION, 2L));
            assertThat(kafkasCheckpoint("recovery-point-offset-checkpoint")).containsEntry(OpenLogs.PARTITION, 3L);
            assertThat(kafkasCheckpoint("log-start-offset-checkpoint")).containsEntry(OpenLogs.PARTITION, 1L);
            assertThat(kafkasCheckpoint("replication-offset-checkpoint")).containsEntry(OpenLogs.PARTITION, 2L);
            PartitionMetadataFile metadata = new PartitionMetadataFile(
                    PartitionMetadataFile.newFile(logs.log.directory().toFile()), null);
            assertThat(metadata.read().topicId()).isEqualTo(OpenLogs.TOPIC_ID);

            logs.kill();
            logs.open();
            assertThat(logs.directory.checkpointedHighWatermark(OpenLogs.PARTITION))
                    .isEqualTo(2);
            assertThat(logs.records()).isEqualTo(List.of("1:b", "2:c"));
        }
    }

    @Test
    void aDirectoryThatWasGivenUpIsWrittenByItsNextOwnerAlone() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            LogDirectory before = logs.directory;
            logs.reopen();
            logs.directory.checkpointHighWatermarks(Map.of(OpenLogs.PARTITION, 2L));

            before.checkpointHighWatermarks(Map.of(OpenLogs.PARTITION, 1L));

            assertThat(kafkasCheckpoint("replication-offset-checkpoint")).containsEntry(OpenLogs.PARTITION, 2L);
        }
    }

    @Test
    void partitionsOpenFromSeveralThreadsAtOnce() throws IOException {
        try (OpenLogs logs = new OpenLogs(path, Map.of())) {
            List<PartitionLog> opened = IntStream.range(0, 40)
                    .parallel()
                    .mapToObj(partition -> {
                        try {
                            return logs.directory.open(
                                    new TopicPartition("many", partition), Uuid.randomUuid(), logs.config());
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .toList();
            assertThat(opened).hasSize(40).allMatch(log -> Files.isDirectory(log.directory()));
        }
    }

    private Map<TopicPartition, Long> kafkasCheckpoint(String name) throws IOException {
        return new OffsetCheckpointFile(path.resolve(name).toFile(), null).read();
    }

    private List<Path> entriesEndingWith(String suffix) throws IOException {
        try (var entries = Files.list(path)) {
            return entries.filter(entry -> entry.toString().endsWith(suffix)).toList();
        }
    }
}
