package dev.ahti.replica;

import static dev.ahti.replica.ReplicaFixture.append;
import static dev.ahti.replica.ReplicaFixture.ledHere;
import static dev.ahti.replica.ReplicaFixture.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.model.PartitionId;
import dev.ahti.peer.BrokerRole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Vector$;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/** Nodes in this JVM: one alone, and brokers 1 and 2 of a cluster in which broker 3 is nowhere. */
class ReplicasTest {
    private static ActorSystem<Void> first;
    private static ActorSystem<Void> second;

    @TempDir
    Path path;

    private static ActorSystem<Void> node(int broker) {
        Config config = ConfigFactory.parseString(
                        """
                        pekko.loglevel = WARNING
                        pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        pekko.coordinated-shutdown.exit-jvm = off
                        pekko.cluster.roles = ["%s"]
                        """
                                .formatted(BrokerRole.of(broker)))
                .withFallback(ConfigFactory.load());
        return ActorSystem.create(Behaviors.empty(), "ahti", config);
    }

    @BeforeAll
    static void form() {
        first = node(1);
        second = node(2);
        Cluster one = Cluster.get(first);
        one.manager().tell(Join.create(one.selfMember().address()));
        Cluster.get(second).manager().tell(Join.create(one.selfMember().address()));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> one.state().members().size() == 2
                        && Cluster.get(second).state().members().size() == 2);
    }

    @AfterAll
    static void stop() {
        ActorTestKit.shutdown(second);
        ActorTestKit.shutdown(first);
    }

    @Test
    void shouldServeThroughTheShardRegionFromStartToShutDown() throws Exception {
        ActorSystem<Void> alone = node(1);
        Cluster.get(alone)
                .manager()
                .tell(Join.create(Cluster.get(alone).selfMember().address()));
        try (ReplicaFixture fixture = new ReplicaFixture(path)) {
            PartitionId id = fixture.createTopic("t", List.of(1), Map.of());
            Replicas replicas = Replicas.start(
                    alone,
                    1,
                    ReplicaFixture.INCARNATION,
                    fixture.directory,
                    fixture.image,
                    ReplicaFixture::logConfig,
                    ReplicaSettings.defaults(),
                    ReplicaCluster.ofOneBroker((proposals, timeout) -> new CompletableFuture<>()));
            replicas.allOpen(1).toCompletableFuture().get(20, TimeUnit.SECONDS);
            fixture.changePartition(id, ledHere(0));
            LocalReplica replica = replicas.get(id);
            await().until(() -> replica.leadership().leading());

            assertThat(append(replica, -1, records("a"))
                            .get(5, TimeUnit.SECONDS)
                            .error())
                    .isEqualTo(Errors.NONE);
            replicas.shutDown().toCompletableFuture().get(10, TimeUnit.SECONDS);

            assertThat(replicas.all()).isEmpty();
            assertThat(fixture.directory.checkpointedHighWatermark(replica.log().topicPartition()))
                    .isEqualTo(1);
        } finally {
            ActorTestKit.shutdown(alone);
        }
    }

    @Test
    void shouldPlaceAShardOnItsBrokersNodeAndOnNoOther() throws Exception {
        BrokerShardAllocation allocation =
                new BrokerShardAllocation(Cluster.get(first).selfMember().address(), () -> Cluster.get(first)
                        .state());
        ActorRef here = Adapter.toClassic(first).deadLetters();
        ActorRef there = regionOn(second);
        var regions = regions(here, there);

        assertThat(result(allocation.allocateShard(here, "1", regions))).isEqualTo(here);
        assertThat(result(allocation.allocateShard(here, "2", regions))).isEqualTo(there);
        assertThat(allocation.allocateShard(here, "3", regions).isCompleted()).isFalse();
        // Its node is there, but its region is not yet.
        assertThat(allocation.allocateShard(here, "2", regions(here)).isCompleted())
                .isFalse();
        assertThat(result(allocation.rebalance(regions, scala.collection.immutable.Set$.MODULE$.<String>empty()))
                        .isEmpty())
                .isTrue();
    }

    /** A broker's dead predecessor may be a member for a while: nothing is sent there. */
    @Test
    void shouldPlaceNothingOnANodeThatCannotBeReached() {
        CurrentClusterState state = Cluster.get(first).state();
        Member gone = Cluster.get(second).selfMember();
        scala.collection.immutable.Set<Member> unreachable =
                scala.collection.immutable.Set$.MODULE$.<Member>empty().$plus(gone);
        BrokerShardAllocation allocation = new BrokerShardAllocation(
                Cluster.get(first).selfMember().address(),
                () -> state.copy(state.members(), unreachable, state.seenBy(), state.leader(), state.roleLeaderMap()));
        ActorRef here = Adapter.toClassic(first).deadLetters();

        assertThat(allocation
                        .allocateShard(here, "2", regions(here, regionOn(second)))
                        .isCompleted())
                .isFalse();
    }

    private static scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> regions(ActorRef... regions) {
        Map<ActorRef, IndexedSeq<String>> empty = new HashMap<>();
        for (ActorRef region : regions) {
            empty.put(region, Vector$.MODULE$.<String>empty());
        }
        return scala.collection.immutable.Map.from(CollectionConverters.asScala(empty));
    }

    private static ActorRef regionOn(ActorSystem<?> other) {
        return Adapter.toClassic(first)
                .provider()
                .resolveActorRef(Cluster.get(other).selfMember().address() + "/system/sharding/PartitionReplica");
    }

    private static <T> T result(Future<T> done) throws ExecutionException {
        return done.value().get().get();
    }

    @Test
    void shouldSendControlAsJackson() {
        Serialization serialization = SerializationExtension.get(Adapter.toClassic(first));
        PartitionReplicaCommand.Start start = new PartitionReplicaCommand.Start();

        byte[] bytes = serialization.serialize(start).get();

        assertThat(serialization.findSerializerFor(start).identifier()).isEqualTo(33);
        assertThat(serialization
                        .deserialize(
                                bytes,
                                serialization.findSerializerFor(start).identifier(),
                                PartitionReplicaCommand.Start.class.getName())
                        .get())
                .isEqualTo(start);
    }

    @Test
    void shouldNameAnEntityByPartitionAndBroker() {
        PartitionId partition = new PartitionId(ReplicaFixture.INCARNATION, 12);
        String text = new ReplicaRegion.EntityId(partition, 7).toString();

        assertThat(text).isEqualTo(partition + "@7");
        assertThat(ReplicaRegion.EntityId.parse(text)).isEqualTo(new ReplicaRegion.EntityId(partition, 7));
        assertThat(new ReplicaRegion.ByBroker().shardId(text)).isEqualTo("7");
    }
}
