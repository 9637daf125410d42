package dev.ahti.server;

import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.MetadataDatabase;
import dev.ahti.peer.GossipOnChange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this broker comes into a cluster (rule 25): alone it is one by itself, at once; otherwise Pekko Cluster Bootstrap asks
 * the contact points for a cluster to join, and begins one where more than half of the brokers are there and none of them
 * knows of any.
 */
final class ClusterFormation {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterFormation.class);
    private static final String DISCOVERY = "pekko.management.cluster.bootstrap.contact-point-discovery.";
    private static final String SERVICE = "ahti";

    private final String discovery;
    private final List<ContactPoint> contactPoints;
    private final int brokers;
    private final String secret;

    record ContactPoint(String host, int port) {
        static ContactPoint parse(String written) {
            int colon = written.lastIndexOf(':');
            try {
                return new ContactPoint(written.substring(0, colon), Integer.parseInt(written.substring(colon + 1)));
            } catch (IndexOutOfBoundsException | NumberFormatException e) {
                throw new StartProblem(
                        "ahti.cluster.contact-points has \"" + written + "\": write the management address host:port",
                        e);
            }
        }
    }

    private ClusterFormation(String discovery, List<ContactPoint> contactPoints, int brokers, String secret) {
        this.discovery = discovery;
        this.contactPoints = contactPoints;
        this.brokers = brokers;
        this.secret = secret;
    }

    /** @throws StartProblem where the settings cannot make a cluster */
    static ClusterFormation of(BrokerConfig config) {
        String discovery = config.stringValue("ahti.cluster.discovery");
        List<ContactPoint> contactPoints = config.listValue("ahti.cluster.contact-points").stream()
                .map(ContactPoint::parse)
                .distinct()
                .toList();
        Integer expected = (Integer) config.value("ahti.cluster.brokers");
        boolean listed = discovery.equals("config");
        if (!listed && (expected == null || expected < 1)) {
            throw new StartProblem("ahti.cluster.discovery is " + discovery
                    + ": set ahti.cluster.brokers to the number of brokers that the cluster has");
        }
        if (discovery.equals("dns") && contactPoints.size() != 1) {
            throw new StartProblem("ahti.cluster.discovery is dns: set ahti.cluster.contact-points to one name that"
                    + " stands for all brokers, and the management port, as name:port");
        }
        ClusterFormation formation = new ClusterFormation(
                discovery,
                contactPoints,
                listed ? Math.max(1, contactPoints.size()) : expected,
                config.stringValue("ahti.cluster.secret"));
        formation.check(config);
        return formation;
    }

    private void check(BrokerConfig config) {
        if (alone()) {
            return;
        }
        String url = config.stringValue("ahti.metadata.url");
        if (url == null || MetadataDatabase.isEmbedded(url)) {
            throw new StartProblem("brokers of a cluster share one database, and "
                    + (url == null ? "ahti.metadata.url is not set" : url + " is embedded H2, for a broker alone")
                    + ": set ahti.metadata.url to jdbc:postgresql://host/database");
        }
        ContactPoint self = new ContactPoint(managementHost(config), config.intValue("ahti.management.port"));
        if (discovery.equals("config") && !contactPoints.contains(self)) {
            LOG.warn(
                    "ahti.cluster.contact-points does not name this broker, {}:{}: where none of them leads to it, it can"
                            + " join a cluster, but not begin one",
                    self.host(),
                    self.port());
        }
        if (brokers == 2) {
            LOG.warn(
                    "Of two brokers, the one with the higher address cannot go on without the other: run one, or three");
        }
    }

    /** Where the others reach management: an address that stands for every interface is no address for them. */
    static String managementHost(BrokerConfig config) {
        String host = config.stringValue("ahti.management.host");
        return host.equals("0.0.0.0") || host.equals("::") ? config.stringValue("ahti.cluster.host") : host;
    }

    /** As many as the cluster is to have. */
    int brokers() {
        return brokers;
    }

    boolean alone() {
        return discovery.equals("config") && contactPoints.isEmpty();
    }

    /** Contact points that must answer before a cluster is begun. */
    int required() {
        return brokers / 2 + 1;
    }

    Map<String, Object> pekkoSettings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put(SameCluster.KEY, alone() ? "alone" : "secret " + hash(secret == null ? "" : secret));
        if (alone()) {
            return settings;
        }
        settings.put(JoinDecider.BROKERS, brokers);
        settings.put("pekko.management.http.routes.cluster-bootstrap", ClusterBootstrap.class.getName() + "$");
        settings.put(DISCOVERY + "required-contact-point-nr", required());
        settings.put(DISCOVERY + "service-name", SERVICE);
        switch (discovery) {
            case "config" -> {
                settings.put(DISCOVERY + "discovery-method", "config");
                settings.put("pekko.discovery.config.services." + SERVICE + ".endpoints", endpoints());
                // Several brokers of one machine differ in their ports.
                settings.put("pekko.management.cluster.bootstrap.contact-point.filter-on-fallback-port", false);
            }
            case "dns" -> {
                settings.put(DISCOVERY + "discovery-method", "pekko-dns");
                settings.put(DISCOVERY + "effective-name", contactPoints.get(0).host());
                settings.put(
                        "pekko.management.cluster.bootstrap.contact-point.fallback-port",
                        contactPoints.get(0).port());
            }
            default -> {
                settings.put(DISCOVERY + "discovery-method", "kubernetes-api");
                settings.put(DISCOVERY + "port-name", "management");
                settings.put("pekko.discovery.kubernetes-api.use-raw-ip", true);
            }
        }
        return settings;
    }

    private List<Map<String, Object>> endpoints() {
        return contactPoints.stream()
                .map(point -> Map.<String, Object>of("host", point.host(), "port", point.port()))
                .toList();
    }

    /** What tells the brokers of a cluster from others without telling the secret. */
    private static String hash(String secret) {
        try {
            byte[] bytes = ("ahti.cluster.secret " + secret).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Joins, or begins; the node is a member when Pekko says that it is up. */
    void begin(ActorSystem<?> system) {
        if (alone()) {
            Cluster cluster = Cluster.get(system);
            cluster.join(cluster.selfAddress());
        } else {
            GossipOnChange.start(system);
            ClusterBootstrap.get(system.classicSystem()).start();
        }
    }
}
