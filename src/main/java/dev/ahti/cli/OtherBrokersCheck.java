package dev.ahti.cli;

import dev.ahti.config.BrokerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The contact points: whether they answer, and what their clocks say. */
final class OtherBrokersCheck {
    private static final String SUBJECT = "ahti.cluster.contact-points";
    /** HTTP gives whole seconds. */
    private static final long CLOCK_MS = 2_500;

    private final BrokerConfig config;

    OtherBrokersCheck(BrokerConfig config) {
        this.config = config;
    }

    static boolean alone(BrokerConfig config) {
        return config.stringValue("ahti.cluster.discovery").equals("config")
                && config.listValue(SUBJECT).isEmpty();
    }

    List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        if (!config.stringValue("ahti.cluster.discovery").equals("config")) {
            return findings;
        }
        for (String point : config.listValue(SUBJECT)) {
            OptionalLong time = DoctorCommand.client(config, point).aliveAt();
            if (time.isEmpty()) {
                findings.add(Finding.warn(
                        SUBJECT,
                        point + " does not answer: start the broker there, or let this machine reach its management"
                                + " port"));
                continue;
            }
            findings.add(Finding.ok(SUBJECT, point + " answers"));
            if (time.getAsLong() > 0) {
                findings.add(DatabaseCheck.clock(point, time.getAsLong() - System.currentTimeMillis(), CLOCK_MS));
            }
        }
        return findings;
    }
}
