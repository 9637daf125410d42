package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.cluster.ConfigValidation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rule 25: who may begin a cluster, and with whom. */
class ClusterFormationTest {
    private static final String DATABASE = "jdbc:postgresql://db/ahti";

    private static ClusterFormation of(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return ClusterFormation.of(BrokerConfig.load(ConfigSources.of(all)));
    }

    private static ClusterFormation listing(String contactPoints, String... settings) {
        String[] all = new String[settings.length + 4];
        System.arraycopy(settings, 0, all, 4, settings.length);
        all[0] = "ahti.cluster.contact-points";
        all[1] = contactPoints;
        all[2] = "ahti.metadata.url";
        all[3] = DATABASE;
        return of(all);
    }

    private static String points(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> "127.0.0.1:" + (8558 + number))
                .collect(Collectors.joining(","));
    }

    @Test
    void aBrokerWithoutContactPointsIsAloneAndOffersNobodyToJoinIt() {
        ClusterFormation alone = of();

        assertThat(alone.alone()).isTrue();
        assertThat(alone.pekkoSettings()).containsOnlyKeys(SameCluster.KEY);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "3,2", "4,3", "5,3"})
    void moreThanHalfOfTheContactPointsMustAnswer(int brokers, int required) {
        ClusterFormation formation = listing(points(brokers));

        assertThat(formation.alone()).isFalse();
        assertThat(formation.required()).isEqualTo(required);
        Config config = ConfigFactory.parseMap(formation.pekkoSettings()).withFallback(ConfigFactory.load());
        Config discovery = config.getConfig("pekko.management.cluster.bootstrap.contact-point-discovery");
        assertThat(discovery.getInt("required-contact-point-nr")).isEqualTo(required);
        assertThat(discovery.getBoolean("contact-with-all-contact-points")).isFalse();
        assertThat(config.getConfigList("pekko.discovery.config.services.ahti.endpoints"))
                .hasSize(brokers);
    }

    @ParameterizedTest
    @CsvSource({"kubernetes-api,''", "dns,ahti:8558"})
    void whereBrokersAreDiscoveredTheirNumberIsASetting(String discovery, String contactPoints) {
        assertThat(listing(contactPoints, "ahti.cluster.discovery", discovery, "ahti.cluster.brokers", "3")
                        .required())
                .isEqualTo(2);
        assertThatThrownBy(() -> listing(contactPoints, "ahti.cluster.discovery", discovery))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining("ahti.cluster.brokers");
    }

    @Test
    void aNameToLookUpIsOneName() {
        assertThatThrownBy(() -> listing("a:1,b:1", "ahti.cluster.discovery", "dns", "ahti.cluster.brokers", "3"))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining("one name");
    }

    /** That many are what a machine's resolv.conf may have, and Pekko asks them one after the other, each time anew. */
    @Test
    void ofThreeNameServersTheLastIsAskedWithinALookup() {
        Config config = ConfigFactory.load();
        Duration each = config.getDuration("pekko.io.dns.async-dns.resolve-timeout");

        assertThat(each.multipliedBy(3))
                .isLessThanOrEqualTo(config.getDuration(
                        "pekko.management.cluster.bootstrap.contact-point-discovery.resolve-timeout"));
    }

    @Test
    void brokersOnEmbeddedDatabasesAreNoCluster() {
        assertThatThrownBy(() -> of("ahti.cluster.contact-points", points(3)))
                .isInstanceOf(StartProblem.class)
                .hasMessageContainingAll("ahti.metadata.url", "jdbc:postgresql://host/database");
        assertThatThrownBy(() ->
                        of("ahti.cluster.contact-points", points(3), "ahti.metadata.url", "jdbc:h2:tcp://db/ahti"))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining("jdbc:h2:tcp://db/ahti is embedded H2");
    }

    @Test
    void aContactPointHasAPort() {
        assertThatThrownBy(() -> listing("127.0.0.1,127.0.0.2"))
                .isInstanceOf(StartProblem.class)
                .hasMessageContainingAll("\"127.0.0.1\"", "host:port");
    }

    @Test
    void theOthersReachManagementAtTheBrokersOwnAddressWhereItListensEverywhere() {
        assertThat(ClusterFormation.managementHost(BrokerConfig.load(
                        ConfigSources.of(Map.of("ahti.management.host", "0.0.0.0", "ahti.cluster.host", "10.0.0.7")))))
                .isEqualTo("10.0.0.7");
    }

    @Test
    void onlyBrokersOfOneSecretAreOneClusterAndNobodyJoinsABrokerAlone() {
        ClusterFormation cluster = listing(points(3), "ahti.cluster.secret", "ours");

        assertThat(takes(cluster, listing(points(3), "ahti.cluster.secret", "ours")))
                .isTrue();
        assertThat(takes(cluster, listing(points(3), "ahti.cluster.secret", "theirs")))
                .isFalse();
        assertThat(takes(cluster, listing(points(3)))).isFalse();
        assertThat(takes(of("ahti.cluster.secret", "ours"), cluster)).isFalse();
        assertThat(cluster.pekkoSettings().get(SameCluster.KEY).toString()).doesNotContain("ours");
    }

    private static boolean takes(ClusterFormation cluster, ClusterFormation joining) {
        ConfigValidation validation = new SameCluster()
                .check(
                        ConfigFactory.parseMap(joining.pekkoSettings()),
                        ConfigFactory.parseMap(cluster.pekkoSettings()));
        return !validation.getClass().getSimpleName().equals("Invalid");
    }
}
