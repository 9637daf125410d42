package dev.ahti.chaos;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** Asks again and again what the groups have committed, as somebody does who is in none of them. */
final class CommitWatch implements Runnable {
    private final String bootstrap;
    private final List<GroupLoad> groups;
    private final List<TopicPartition> partitions;
    private final Verdict verdict;
    private volatile boolean running = true;

    CommitWatch(String bootstrap, List<GroupLoad> groups, List<TopicPartition> partitions, Verdict verdict) {
        this.bootstrap = bootstrap;
        this.groups = groups;
        this.partitions = partitions;
        this.verdict = verdict;
    }

    @Override
    public void run() {
        try (Admin admin = ChaosCluster.admin(bootstrap)) {
            while (running) {
                groups.forEach(each -> ask(admin, each));
                Chaos.pause(100);
            }
        }
    }

    /** @return whether it was answered */
    boolean ask(Admin admin, GroupLoad group) {
        GroupCommits.Floors before = group.commits().floors();
        try {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            admin.listConsumerGroupOffsets(group.group())
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, committed) ->
                            offsets.put(partition, committed == null ? -1 : committed.offset()));
            group.commits().shown("an admin client", offsets, new HashSet<>(partitions), before);
            verdict.count("committed offsets asked for");
            return true;
        } catch (ExecutionException notNow) {
            verdict.count("committed offsets not answered");
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void stop() {
        running = false;
    }
}
