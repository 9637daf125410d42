package dev.ahti.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/** All that is done to the cluster. Each fault returns when it has healed what it broke. */
final class Faults {
    /** A property: {@code links} or {@code pauses} for no other faults than these. */
    static final String ONLY = "ahti.chaos.faults";

    private final ChaosCluster cluster;
    private final List<TopicPartition> partitions;
    private final FirstAck firstAck;
    private final Verdict verdict;
    private final Random random;
    private final RebornTopic reborn;
    private final ChaosGroups groups;
    private final List<Runnable> shuffled = new ArrayList<>();
    private boolean alone;

    Faults(
            ChaosCluster cluster,
            List<TopicPartition> partitions,
            FirstAck firstAck,
            ChaosGroups groups,
            Ledger ledger,
            Verdict verdict,
            Random random) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.firstAck = firstAck;
        this.groups = groups;
        this.reborn = new RebornTopic(ledger);
        this.verdict = verdict;
        this.random = random;
    }

    /**
     * The next one by chance: each comes once before any comes again.
     *
     * @param healed whether nothing is amiss when it comes
     */
    void next(boolean healed) {
        alone = healed;
        if (shuffled.isEmpty()) {
            shuffled.addAll(all());
            Collections.shuffle(shuffled, random);
        }
        shuffled.remove(shuffled.size() - 1).run();
    }

    private List<Runnable> all() {
        String only = System.getProperty(ONLY, "");
        List<Runnable> faults = new ArrayList<>();
        if (only.isEmpty()) {
            faults.addAll(others());
        }
        if (!only.equals("links")) {
            faults.addAll(pauses());
        }
        if (!only.equals("pauses") && cluster.hosts().canCut()) {
            faults.addAll(links());
        }
        return faults;
    }

    private List<Runnable> pauses() {
        return List.of(() -> pauseShort(anyone()), () -> pauseLong(anyone()), () -> pauseLong(holderOfTheSingleton()));
    }

    private List<Runnable> links() {
        return List.of(
                () -> cutLink(anyone()),
                this::cutLinkToTheSingleton,
                this::cutOneWay,
                () -> isolate(anyone()),
                () -> isolate(holderOfTheSingleton()),
                () -> deafen(anyone()));
    }

    private List<Runnable> others() {
        return List.of(
                () -> killOne(anyone()),
                () -> killOne(holderOfTheSingleton()),
                this::killTwo,
                this::killAll,
                this::powerCut,
                this::killAllAndPowerCut,
                this::pauseOneKillAnother,
                () -> stop(anyone()),
                () -> stop(holderOfTheSingleton()),
                () -> restartAtOnce(anyone()),
                () -> stopAndRestartAtOnce(anyone()),
                this::topicMadeAgain,
                this::membersChange,
                this::databaseAway,
                this::databaseAwayAndOneKilled);
    }

    private int anyone() {
        return 1 + random.nextInt(ChaosCluster.SIZE);
    }

    private int holderOfTheSingleton() {
        int oldest = cluster.oldest();
        return oldest == 0 ? anyone() : oldest;
    }

    /** Names the fault, and measures what clients of the partitions that the broker leads notice of it. */
    private String strike(String fault, int id) {
        boolean singleton = cluster.oldest() == id;
        String kind = fault + (singleton ? " (it held the singleton)" : "");
        groups.disturb();
        firstAck.anotherFault();
        verdict.say(kind + ": broker " + id);
        verdict.count(kind);
        return kind;
    }

    private void measure(String kind, List<TopicPartition> led) {
        firstAck.measure(alone ? kind : kind + ", others still lasting", cluster.bootstrap(anyone()), led);
    }

    private void between(int msMin, int msMax) {
        Chaos.pause(msMin + random.nextInt(msMax - msMin));
    }

    private List<TopicPartition> ledBy(int id) {
        return cluster.ledBy(id, partitions);
    }

    /** Kills it, and measures when clients of what it led and of the groups that it coordinated go on. */
    private void killed(String fault, int id) {
        List<TopicPartition> led = ledBy(id);
        List<GroupLoad> coordinated = groups.coordinatedBy(id);
        boolean singleton = cluster.oldest() == id;
        String kind = strike(fault, id);
        cluster.kill(id);
        measure(kind, led);
        groups.killed(coordinated, singleton, alone);
    }

    private void killOne(int id) {
        killed("kill -9", id);
        between(500, 6000);
        cluster.start(id);
    }

    private void killTwo() {
        int spared = anyone();
        strike("kill -9 of both others", spared);
        cluster.others(spared).forEach(cluster::kill);
        between(100, 5000);
        cluster.others(spared).forEach(cluster::start);
    }

    private void killAll() {
        int late = anyone();
        strike("kill -9 of all, one comes back late", late);
        killEverybody();
        cluster.others(late).forEach(cluster::start);
        between(0, 8000);
        cluster.start(late);
    }

    private void killEverybody() {
        ChaosCluster.ids().forEach(cluster::takeAway);
        cluster.brokers().forEach(each -> each.signal("KILL"));
        cluster.brokers().forEach(each -> each.awaitExit(10));
    }

    private void powerCut() {
        int id = anyone();
        killed("power cut", id);
        cluster.broker(id).loseUnflushed(random);
        between(0, 3000);
        cluster.start(id);
    }

    /** Whoever lost its tail comes first, and must not lead. */
    private void killAllAndPowerCut() {
        int id = anyone();
        strike("kill -9 of all, and power cut", id);
        killEverybody();
        cluster.broker(id).loseUnflushed(random);
        cluster.start(id);
        between(0, 3000);
        cluster.others(id).forEach(cluster::start);
    }

    private void restartAtOnce(int id) {
        killed("kill -9 and restart at once", id);
        between(0, 500);
        cluster.start(id);
    }

    private void stop(int id) {
        List<TopicPartition> led = ledBy(id);
        String kind = strike("SIGTERM", id);
        measure(kind, led);
        terminate(id);
        between(0, 4000);
        cluster.start(id);
    }

    private void stopAndRestartAtOnce(int id) {
        strike("SIGTERM and restart at once", id);
        terminate(id);
        cluster.start(id);
    }

    private void terminate(int id) {
        cluster.takeAway(id);
        if (!cluster.broker(id).isAlive()) {
            return; // It had been downed, and was not started again yet.
        }
        long from = System.nanoTime();
        cluster.broker(id).signal("TERM");
        int status = cluster.broker(id).awaitExit(60);
        verdict.measured(
                "from SIGTERM to the end of the process", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from));
        if (status == -1) {
            cluster.broker(id).signal("QUIT");
            Chaos.pause(1000);
            verdict.violation("does not end after SIGTERM", "broker " + id);
            cluster.kill(id);
        } else if (status != 0) {
            verdict.say("broker " + id + " ended with status " + status + " after SIGTERM");
            verdict.count("status " + status + " after SIGTERM");
        }
    }

    private void pauseShort(int id) {
        strike("SIGSTOP, short", id);
        cluster.broker(id).signal("STOP");
        between(100, 2500);
        cluster.broker(id).signal("CONT");
    }

    /** Longer than every time-out: the others remove it, and it ends when it wakes. */
    private void pauseLong(int id) {
        List<TopicPartition> led = ledBy(id);
        String kind = strike("SIGSTOP, long", id);
        cluster.broker(id).signal("STOP");
        measure(kind, led);
        between(8000, 14000);
        cluster.broker(id).signal("CONT");
    }

    private void pauseOneKillAnother() {
        int paused = anyone();
        int killed = paused % ChaosCluster.SIZE + 1;
        strike("kill -9 while " + "another is paused", killed);
        cluster.broker(paused).signal("STOP");
        between(100, 1500);
        cluster.kill(killed);
        between(0, 1000);
        cluster.broker(paused).signal("CONT");
        between(0, 3000);
        cluster.start(killed);
    }

    private void databaseAway() {
        boolean crash = random.nextBoolean();
        strike("PostgreSQL " + (crash ? "crashes" : "is stopped"), 0);
        if (crash) {
            cluster.database().crash();
        } else {
            cluster.database().stop();
        }
        groups.goOn(() -> between(1000, 12000), alone);
        cluster.database().start();
    }

    /** What the broker led is offline until the database returns (rule 20). */
    private void databaseAwayAndOneKilled() {
        int id = anyone();
        strike("PostgreSQL is stopped, and kill -9", id);
        cluster.database().stop();
        between(0, 2000);
        cluster.kill(id);
        between(1000, 5000);
        if (random.nextBoolean()) {
            cluster.start(id);
            between(0, 4000);
        }
        cluster.database().start();
        between(0, 2000);
        cluster.start(id);
    }

    private void cutLink(int one) {
        cutLink("link cut to the next broker", one, one % ChaosCluster.SIZE + 1);
    }

    private void cutLinkToTheSingleton() {
        int holder = holderOfTheSingleton();
        cutLink("link cut to the singleton", cluster.others(holder).get(random.nextInt(2)), holder);
    }

    /** Moves no leadership (rule 3). */
    private void cutLink(String fault, int one, int other) {
        List<TopicPartition> led = ledBy(one);
        String kind = strike(fault, one);
        cluster.hosts().cut(one, other);
        cluster.hosts().cut(other, one);
        measure(kind, led);
        between(2000, 12000);
        stillLeads(one, led);
        cluster.hosts().heal(one, other);
        cluster.hosts().heal(other, one);
    }

    private void cutOneWay() {
        int from = anyone();
        int to = cluster.others(from).get(random.nextInt(2));
        List<TopicPartition> led = ledBy(from);
        String kind = strike("link cut one way", from);
        cluster.hosts().cut(from, to);
        measure(kind, led);
        between(2000, 12000);
        stillLeads(from, led);
        cluster.hosts().heal(from, to);
    }

    /** Only counted: the fault before may have moved it, and so may the preferred leader's return. */
    private void stillLeads(int id, List<TopicPartition> led) {
        if (!ledBy(id).containsAll(led)) {
            verdict.say("  broker " + id + " does not lead any more what it led");
            verdict.count("cuts of one link during which a leadership moved");
        }
    }

    /** Clients still reach it, the other brokers do not. */
    private void isolate(int id) {
        List<TopicPartition> led = ledBy(id);
        String kind = strike("cut off from both others", id);
        for (int other : cluster.others(id)) {
            cluster.hosts().cut(id, other);
            cluster.hosts().cut(other, id);
        }
        measure(kind, led);
        between(2000, 12000);
        for (int other : cluster.others(id)) {
            cluster.hosts().heal(id, other);
            cluster.hosts().heal(other, id);
        }
    }

    /** It reaches the others and hears nothing of them. */
    private void deafen(int id) {
        List<TopicPartition> led = ledBy(id);
        String kind = strike("hears nothing of both others", id);
        cluster.others(id).forEach(other -> cluster.hosts().cut(other, id));
        measure(kind, led);
        between(2000, 12000);
        cluster.others(id).forEach(other -> cluster.hosts().heal(other, id));
    }

    /** A broker comes back with the files of a topic of the same name that is gone (rule 24). */
    private void topicMadeAgain() {
        int id = anyone();
        strike("topic made again while away", id);
        try {
            reborn.makeAgain(cluster.bootstrap(cluster.others(id).get(0)), () -> cluster.kill(id));
        } catch (Exception e) {
            verdict.say("the topic was not made again: " + e);
            verdict.count("topics not made again");
        }
        cluster.start(id);
    }

    private void membersChange() {
        strike("a member of each group leaves, another joins", 0);
        groups.renew();
    }
}
