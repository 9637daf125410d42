package dev.ahti.cli;

import dev.ahti.config.BrokerConfig;
import dev.ahti.model.Endpoint;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code ahti doctor}: whether a broker with these settings can run on this machine, before it starts or beside it. */
public final class DoctorCommand {
    public static final String HELP =
            """
            Looks whether a broker with these settings can run here, or why the one that runs is not well.

            usage: ahti doctor [--config FILE] [--set name=value]...

            The settings are those that the broker gets, also from the environment. Looked at are ports, advertised
            addresses, the data directory, the database, the clock, the other brokers, limits and memory. Each line
            begins with OK, WARN or BAD and says what to do. Nothing is changed.

            Exit status: 0 unless something is BAD.
            """;

    private DoctorCommand() {}

    /** @return the exit status */
    public static int run(BrokerConfig config, PrintStream out) {
        List<Finding> findings = findings(config);
        findings.forEach(each -> out.printf("%-5s%s: %s%n", each.level(), each.subject(), each.line()));
        long bad = findings.stream()
                .filter(each -> each.level() == Finding.Level.BAD)
                .count();
        out.println(bad == 0 ? "A broker can run with these settings." : "To be put right: " + bad);
        return bad == 0 ? 0 : 1;
    }

    static List<Finding> findings(BrokerConfig config) {
        ManagementClient own = own(config);
        boolean running = own != null && own.aliveAt().isPresent();
        List<Finding> all = new ArrayList<>();
        all.add(Finding.ok("broker", config.nodeId() + (running ? " runs here" : " does not run here")));
        PortCheck ports = new PortCheck(running);
        for (Endpoint listener : config.listeners()) {
            all.add(ports.look(listener.host(), listener.port(), "listeners"));
        }
        all.add(ports.look(
                config.stringValue("ahti.management.host"),
                config.intValue("ahti.management.port"),
                "ahti.management.port"));
        String clusterHost = config.stringValue("ahti.cluster.host");
        all.add(ports.look(clusterHost, config.intValue("ahti.cluster.port"), "ahti.cluster.port"));
        all.add(ports.look(clusterHost, config.intValue("ahti.replication.port"), "ahti.replication.port"));
        AdvertisedCheck advertised = new AdvertisedCheck(config, running);
        config.advertisedListeners().forEach(each -> all.add(advertised.look(each)));
        all.addAll(new DirectoryCheck(config.dataDirectory(), config.nodeId()).look());
        all.addAll(new DatabaseCheck(config).look());
        all.addAll(new OtherBrokersCheck(config).look());
        all.addAll(MachineCheck.look());
        exposed(config, all);
        return all;
    }

    /** Null where its port is not known. */
    private static ManagementClient own(BrokerConfig config) {
        int port = config.intValue("ahti.management.port");
        String host = config.stringValue("ahti.management.host");
        return port == 0 ? null : client(config, Addresses.reachedAt(host) + ":" + port);
    }

    /** As the settings say that brokers are asked. */
    static ManagementClient client(BrokerConfig config, String address) {
        String certificate = config.stringValue("ahti.management.tls.certificate");
        return new ManagementClient(
                (certificate == null ? "http://" : "https://") + address,
                config.stringValue("ahti.management.user"),
                config.stringValue("ahti.management.password"),
                certificate == null ? null : Path.of(certificate));
    }

    private static void exposed(BrokerConfig config, List<Finding> all) {
        String host = config.stringValue("ahti.management.host");
        if (!Addresses.isLoopback(host) && config.stringValue("ahti.management.user") == null) {
            all.add(Finding.warn(
                    "management",
                    "whoever reaches " + host + ":" + config.intValue("ahti.management.port")
                            + " may see everything there: set ahti.management.user and ahti.management.password, or"
                            + " let only the other brokers and probes reach it"));
        }
    }
}
