package dev.ahti.chaos;

import dev.ahti.testing.GroupMembers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** The groups of a run, one of each way to be rebalanced: what faults do to them, and whether they have all in the end. */
final class ChaosGroups {
    /** Of a kill -9 of the coordinator's node, until the group goes on. */
    private static final int MS_LIMIT = 2_000;

    private static final int MS_LIMIT_WITH_SINGLETON = 4_000;

    /** An absence of the database in which no commit at all is no matter of a slow machine. */
    private static final int LONG_ENOUGH_MS = 5_000;

    private static final int TO_BEGIN_SECONDS = 60;

    private final ChaosCluster cluster;
    private final List<TopicPartition> partitions;
    private final Verdict verdict;
    private final List<GroupLoad> groups;
    private final CommitWatch watch;

    ChaosGroups(ChaosCluster cluster, List<TopicPartition> partitions, Verdict verdict) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.verdict = verdict;
        groups = List.of(
                new GroupLoad(name("eager", 0), GroupLoad.EAGER, cluster, partitions, verdict),
                new GroupLoad(name("cooperative", 1), GroupLoad.COOPERATIVE, cluster, partitions, verdict),
                new GroupLoad(name("consumer", 2), GroupLoad.CONSUMER, cluster, partitions, verdict));
        watch = new CommitWatch(cluster.bootstrap(3), groups, partitions, verdict);
    }

    /** One whose slot is such that each broker coordinates a group, as the slots are placed: by turns. */
    private static String name(String protocol, int turn) {
        return IntStream.range(0, 100)
                .mapToObj(i -> "group-" + protocol + "-" + (char) ('a' + i))
                .filter(name -> GroupMembers.slot(name).partition() % ChaosCluster.SIZE == turn)
                .findFirst()
                .orElseThrow();
    }

    /** Returns when the members of all groups commit: a fault before that says nothing of how they go on. */
    void start(Admin admin) throws InterruptedException, ExecutionException {
        for (GroupLoad each : groups) {
            each.start(admin);
        }
        Chaos.thread("commits", watch);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TO_BEGIN_SECONDS);
        for (GroupLoad each : groups) {
            while (each.commits().count() < 2 && System.nanoTime() - deadline < 0) { // the first is of no member
                Chaos.pause(100);
            }
        }
    }

    /** A fault comes: from now on nobody knows which one it is that a group has to get over. */
    void disturb() {
        groups.forEach(each -> each.commits().disturb());
    }

    void renew() {
        groups.forEach(GroupLoad::renew);
    }

    List<GroupLoad> coordinatedBy(int id) {
        return groups.stream()
                .filter(each -> !cluster.ledBy(id, List.of(each.slot())).isEmpty())
                .toList();
    }

    /** @param alone whether nothing else was amiss when their coordinator was killed */
    void killed(List<GroupLoad> coordinated, boolean withSingleton, boolean alone) {
        coordinated.forEach(each -> each.commits()
                .awaitNext(
                        "kill -9 of its coordinator" + (withSingleton ? " (it held the singleton)" : ""),
                        withSingleton ? MS_LIMIT_WITH_SINGLETON : MS_LIMIT,
                        !alone));
    }

    /** Runs it while the database is away: commits need none. */
    void goOn(Runnable databaseAway, boolean alone) {
        Map<GroupLoad, Long> before = new LinkedHashMap<>();
        groups.forEach(each -> before.put(each, each.commits().count()));
        List<GroupLoad> underWay =
                groups.stream().filter(each -> each.commits().isUnderWay()).toList();
        long from = System.nanoTime();
        databaseAway.run();
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
        before.forEach((group, count) -> {
            long commits = group.commits().count() - count;
            verdict.say("  " + group.group() + " has made " + commits + " commits in " + ms + " ms without PostgreSQL");
            if (alone && underWay.contains(group) && commits == 0 && ms > LONG_ENOUGH_MS) {
                verdict.violation("no commits while the database is away", group.group() + ", " + ms + " ms");
            }
        });
    }

    /** When no more is produced. Until the deadline they may read on. */
    void reckon(Ledger ledger, long deadline) {
        watch.stop();
        for (GroupLoad group : groups) {
            for (TopicPartition each : partitions) {
                Set<Long> acknowledged = ledger.of(each).keySet();
                while (group.commits().firstNotConsumed(each, acknowledged) >= 0 && System.nanoTime() - deadline < 0) {
                    Chaos.pause(100);
                }
                group.commits().hasConsumed(each, acknowledged);
            }
            group.stop();
            verdict.count("commits answered to " + group.group(), (int)
                    group.commits().count());
        }
        try (Admin admin = ChaosCluster.admin(cluster.bootstrap(2))) {
            for (GroupLoad each : groups) {
                if (!watch.ask(admin, each)) {
                    verdict.violation("committed offsets are not answered in the end", each.group());
                }
            }
        }
    }
}
