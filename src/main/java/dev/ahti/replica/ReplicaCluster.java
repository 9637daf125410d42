package dev.ahti.replica;

import dev.ahti.metadata.MetadataCommand.IsrProposal;
import dev.ahti.metadata.MetadataReply.AlterPartitionReply;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import dev.ahti.peer.PeerPurpose;
import dev.ahti.peer.Peers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * What the replicas of one broker use of its cluster.
 *
 * @param seesMajority false while this node may be cut off from the side that goes on without it: then it serves neither
 *     produce nor fetch (rule 16). Asked before each answer, so it must be quick
 * @param proposeIsr takes proposals to the metadata, with a time-out; completes when this node's image shows what was done
 */
public record ReplicaCluster(
        Peers peers,
        BooleanSupplier seesMajority,
        BiFunction<List<IsrProposal>, Duration, CompletionStage<AlterPartitionReply>> proposeIsr) {

    /** Of a broker that has no other beside it. */
    public static ReplicaCluster ofOneBroker(
            BiFunction<List<IsrProposal>, Duration, CompletionStage<AlterPartitionReply>> proposeIsr) {
        Peers none = new Peers() {
            @Override
            public void serve(PeerPurpose purpose, Function<PeerConnection, PeerHandler> handler) {}

            @Override
            public void dial(PeerPurpose purpose, Function<PeerConnection, PeerHandler> handler) {}
        };
        return new ReplicaCluster(none, () -> true, proposeIsr);
    }
}
