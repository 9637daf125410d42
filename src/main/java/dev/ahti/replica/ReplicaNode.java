package dev.ahti.replica;

import dev.ahti.log.LogDirectory;
import dev.ahti.metadata.CurrentImage;
import dev.ahti.peer.PeerPurpose;
import dev.ahti.replica.PartitionReplicaCommand.CheckFollowers;
import dev.ahti.replica.PartitionReplicaCommand.LeaderConnected;
import dev.ahti.replica.replication.FollowerFeeds;
import dev.ahti.replica.replication.Later;
import dev.ahti.replica.replication.LeaderLinks;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;

/** What all replicas of one node share. */
final class ReplicaNode {
    private final int brokerId;
    private final LogDirectory directory;
    private final CurrentImage image;
    private final TopicConfigs configs;
    private final Executor diskExecutor;
    private final ReplicaSettings settings;
    private final BooleanSupplier seesMajority;
    private final ReplicaTable table = new ReplicaTable();
    private final LeaderLinks links = new LeaderLinks(this::leaderConnected);
    private final FollowerFeeds feeds;
    private final IsrProposer isrProposer;
    private volatile Uuid incarnation;

    /** @param diskExecutor a few threads that may block */
    ReplicaNode(
            int brokerId,
            Uuid incarnation,
            LogDirectory directory,
            CurrentImage image,
            TopicConfigs configs,
            Executor diskExecutor,
            ReplicaSettings settings,
            ReplicaCluster cluster,
            Later later) {
        this.brokerId = brokerId;
        this.incarnation = incarnation;
        this.directory = directory;
        this.image = image;
        this.configs = configs;
        this.diskExecutor = diskExecutor;
        this.settings = settings;
        this.seesMajority = cluster.seesMajority();
        this.feeds = new FollowerFeeds(table::get, later, settings.brokerSession(), broker -> checkFollowers());
        this.isrProposer = new IsrProposer(cluster.proposeIsr());
        cluster.peers().serve(PeerPurpose.REPLICATION, feeds::open);
        cluster.peers().dial(PeerPurpose.REPLICATION, links::open);
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

    ReplicaSettings settings() {
        return settings;
    }

    BooleanSupplier seesMajority() {
        return seesMajority;
    }

    ReplicaTable table() {
        return table;
    }

    LeaderLinks links() {
        return links;
    }

    FollowerFeeds feeds() {
        return feeds;
    }

    IsrProposer isrProposer() {
        return isrProposer;
    }

    private void leaderConnected(int broker) {
        for (ReplicaHandle replica : table.handles()) {
            if (replica.leadership().leader() == broker) {
                replica.actor().tell(new LeaderConnected(broker));
            }
        }
    }

    /** A broker has come, gone or been slow: whoever leads may want another ISR. */
    void checkFollowers() {
        for (ReplicaHandle replica : table.handles()) {
            if (replica.leadership().leading()) {
                replica.actor().tell(CheckFollowers.INSTANCE);
            }
        }
    }
}
