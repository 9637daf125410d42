package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.discovery.ServiceDiscovery.ResolvedTarget;
import org.apache.pekko.event.Logging;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrapSettings;
import org.apache.pekko.management.cluster.bootstrap.SeedNodesInformation;
import org.apache.pekko.management.cluster.bootstrap.SeedNodesObservation;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** When a new cluster may begin (rule 25). */
class JoinDeciderTest {
    private static final LocalDateTime START = LocalDateTime.of(2026, 1, 1, 0, 0);
    private static final List<ResolvedTarget> POINTS = IntStream.range(0, 3)
            .mapToObj(number -> new ResolvedTarget("127.0.0.1", Option.apply(8558 + number), Option.empty()))
            .toList();

    private static ActorSystem system;
    private static JoinDecider decider;

    @BeforeAll
    static void start() {
        Config config = ConfigFactory.parseString("pekko.actor.provider = local, " + JoinDecider.BROKERS + " = 3,"
                        + "pekko.management.cluster.bootstrap.contact-point-discovery.required-contact-point-nr = 2")
                .withFallback(ConfigFactory.load());
        system = ActorSystem.create("join-decider", config);
        decider = new JoinDecider(
                system, ClusterBootstrapSettings.apply(config, Logging.getLogger(system, JoinDeciderTest.class)));
    }

    @AfterAll
    static void stop() {
        TestKit.shutdownActorSystem(system);
    }

    private static Address broker(int number) {
        return new Address("pekko", "ahti", "127.0.0.1", 2551 + number);
    }

    /** The first {@code answering} of three contact points answer, each of them a broker, and know of no cluster. */
    private static SeedNodesInformation after(long millis, int answering) {
        return after(
                millis,
                IntStream.range(0, answering).mapToObj(JoinDeciderTest::broker).toArray(Address[]::new));
    }

    /** These brokers answer at the first of the three contact points, in this order, and know of no cluster. */
    private static SeedNodesInformation after(long millis, Address... answering) {
        Set<SeedNodesObservation> observations = IntStream.range(0, answering.length)
                .mapToObj(number -> new SeedNodesObservation(
                        START,
                        POINTS.get(number),
                        answering[number],
                        CollectionConverters.asScala(Set.<Address>of()).toSet()))
                .collect(Collectors.toSet());
        return new SeedNodesInformation(
                START.plusNanos(millis * 1_000_000),
                START,
                CollectionConverters.asScala(Set.copyOf(POINTS)).toSet(),
                CollectionConverters.asScala(observations).toSet());
    }

    private static boolean mayBegin(SeedNodesInformation info) {
        return decider.hasEnoughContactPoints(info)
                && decider.isPastStableMargin(info)
                && !decider.isConfirmedCommunicationWithAllContactPointsRequired(info);
    }

    @Test
    void soonWhereAllAnswer() {
        assertThat(mayBegin(after(900, 3))).isFalse();
        assertThat(mayBegin(after(1_000, 3))).isTrue();
    }

    /** One that is slow to answer may begin a cluster itself meanwhile: then there would be two. */
    @Test
    void laterWhereAMajorityAnswers() {
        assertThat(mayBegin(after(4_900, 2))).isFalse();
        assertThat(mayBegin(after(5_000, 2))).isTrue();
    }

    @Test
    void neverWithHalfOrLess() {
        assertThat(mayBegin(after(3_600_000, 1))).isFalse();
    }

    /** As DNS may have it, with an address of each family, or of each network. */
    @Test
    void aBrokerWithTwoContactPointsIsOneBroker() {
        assertThat(mayBegin(after(3_600_000, broker(0), broker(0)))).isFalse();
        assertThat(mayBegin(after(4_900, broker(0), broker(0), broker(1)))).isFalse();
        assertThat(mayBegin(after(5_000, broker(0), broker(0), broker(1)))).isTrue();
    }

    /** Which need not be written as the broker itself has it: DNS has numbers instead of names. */
    @Test
    void theOneThatAnswersAtTheLowestContactPointBegins() {
        Address self = ((ExtendedActorSystem) system).provider().getDefaultAddress();

        assertThat(begins(after(5_000, self, broker(1)))).isTrue();
        assertThat(begins(after(5_000, self, self, broker(1)))).isTrue();
        assertThat(begins(after(5_000, broker(1), self))).isFalse();
    }

    private static boolean begins(SeedNodesInformation info) {
        return decider.canJoinSelf(decider.lowestAddressContactPoint(info).get(), info);
    }
}
