package dev.ahti.replica;

import dev.ahti.peer.BrokerRole;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.apache.pekko.dispatch.Futures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Pins a broker's shard to the node of that broker, whose disk holds its replicas: it is there or nowhere (rule 27). As long
 * as that node is not here there is no answer: whoever wants the shard asks again, every two seconds. After a failure it
 * would do the same, but Pekko reports one as an error, with its stack.
 */
final class BrokerShardAllocation implements ShardCoordinator.ShardAllocationStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerShardAllocation.class);

    private final Address self;
    private final Supplier<CurrentClusterState> cluster;

    /** @param self the address of this node, which its own region's reference does not tell */
    BrokerShardAllocation(Address self, Supplier<CurrentClusterState> cluster) {
        this.self = self;
        this.cluster = cluster;
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester, String shardId, Map<ActorRef, IndexedSeq<String>> currentShardAllocations) {
        Optional<ActorRef> region = node(shardId).flatMap(address -> regionAt(address, currentShardAllocations));
        if (region.isEmpty()) {
            LOG.info("Broker {} is not here yet: its replicas start when it is", shardId);
            return Futures.<ActorRef>promise().future();
        }
        return Futures.successful(region.get());
    }

    private Optional<ActorRef> regionAt(Address address, Map<ActorRef, IndexedSeq<String>> regions) {
        return CollectionConverters.asJava(regions.keySet()).stream()
                .filter(region -> addressOf(region).equals(address))
                .findFirst();
    }

    /** A broker that has come back with another address is the youngest; its dead predecessor is unreachable. */
    private Optional<Address> node(String shardId) {
        CurrentClusterState state = cluster.get();
        Set<Member> unreachable = state.getUnreachable();
        Member youngest = null;
        for (Member member : state.getMembers()) {
            boolean candidate =
                    member.hasRole(BrokerRole.of(Integer.parseInt(shardId))) && !unreachable.contains(member);
            if (candidate && (youngest == null || youngest.isOlderThan(member))) {
                youngest = member;
            }
        }
        return Optional.ofNullable(youngest).map(Member::address);
    }

    private Address addressOf(ActorRef region) {
        Address address = region.path().address();
        return address.hasLocalScope() ? self : address;
    }

    @Override
    public Future<scala.collection.immutable.Set<String>> rebalance(
            Map<ActorRef, IndexedSeq<String>> currentShardAllocations,
            scala.collection.immutable.Set<String> rebalanceInProgress) {
        return Future.successful(scala.collection.immutable.Set$.MODULE$.<String>empty());
    }
}
