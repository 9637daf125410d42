package dev.ahti.replica;

import dev.ahti.model.PartitionId;
import dev.ahti.replica.PartitionReplicaCommand.Close;
import dev.ahti.replica.PartitionReplicaCommand.Start;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * The shard region of {@link PartitionReplica}s: one shard for each broker. The entity id is {@code
 * <topic id>-<partition>@<broker>}.
 */
final class ReplicaRegion {
    private static final EntityTypeKey<PartitionReplicaCommand> TYPE =
            EntityTypeKey.create(PartitionReplicaCommand.class, "PartitionReplica");

    private ReplicaRegion() {}

    /** Starts it on this node, with replicas that report to {@code starter}. */
    static ReplicaStarter.ReplicaLauncher start(
            ActorSystem<?> system, ReplicaNode node, ActorRef<ReplicaStarterCommand> starter) {
        Cluster cluster = Cluster.get(system);
        ClusterShardingSettings settings = ClusterShardingSettings.create(system)
                .withRememberEntities(false)
                .withNoPassivationStrategy();
        ActorRef<ShardingEnvelope<PartitionReplicaCommand>> region = ClusterSharding.get(system)
                .init(Entity.of(TYPE, context -> {
                            EntityId id = EntityId.parse(context.getEntityId());
                            return PartitionReplica.create(node, id.partition(), id.broker(), starter);
                        })
                        .withSettings(settings)
                        .withEntityProps(Props.empty().withDispatcherFromConfig("ahti.replica-dispatcher"))
                        .withMessageExtractor(new ByBroker())
                        .withAllocationStrategy(
                                new BrokerShardAllocation(cluster.selfMember().address(), () -> cluster.state()))
                        .withStopMessage(Close.KEEP_FILES));
        return id -> region.tell(new ShardingEnvelope<>(new EntityId(id, node.brokerId()).toString(), new Start()));
    }

    record EntityId(PartitionId partition, int broker) {
        static EntityId parse(String text) {
            int at = text.lastIndexOf('@');
            return new EntityId(PartitionId.parse(text.substring(0, at)), Integer.parseInt(text.substring(at + 1)));
        }

        @Override
        public String toString() {
            return partition + "@" + broker;
        }
    }

    static final class ByBroker
            extends ShardingMessageExtractor<ShardingEnvelope<PartitionReplicaCommand>, PartitionReplicaCommand> {
        @Override
        public String entityId(ShardingEnvelope<PartitionReplicaCommand> message) {
            return message.entityId();
        }

        @Override
        public String shardId(String entityId) {
            return entityId.substring(entityId.lastIndexOf('@') + 1);
        }

        @Override
        public PartitionReplicaCommand unwrapMessage(ShardingEnvelope<PartitionReplicaCommand> message) {
            return message.message();
        }
    }
}
