package dev.ahti.replica;

import dev.ahti.log.LogDirectory;
import dev.ahti.metadata.CurrentImage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.Uuid;

/** What all replicas of one node share. */
final class ReplicaNode {
    private final int brokerId;
    private final LogDirectory directory;
    private final CurrentImage image;
    private final TopicConfigs configs;
    private final Executor diskExecutor;
    private final ReplicaTable table = new ReplicaTable();
    private volatile Uuid incarnation;

    /** @param diskExecutor a few threads that may block */
    ReplicaNode(
            int brokerId,
            Uuid incarnation,
            LogDirectory directory,
            CurrentImage image,
            TopicConfigs configs,
            Executor diskExecutor) {
        this.brokerId = brokerId;
        this.incarnation = incarnation;
        this.directory = directory;
        this.image = image;
        this.configs = configs;
        this.diskExecutor = diskExecutor;
    }

    int brokerId() {
        return brokerId;
    }

    /** No replica leads on the strength of an ISR that names another one (KIP-903). */
    Uuid incarnation() {
        return incarnation;
    }

    void useIncarnation(Uuid newIncarnation) {
        incarnation = newIncarnation;
    }

    LogDirectory directory() {
        return directory;
    }

    CurrentImage image() {
        return image;
    }

    TopicConfigs configs() {
        return configs;
    }

    Executor diskExecutor() {
        return diskExecutor;
    }

    ReplicaTable table() {
        return table;
    }
}
