package dev.ahti.cli;

import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.DatabaseLook;
import dev.ahti.metadata.MetadataDatabase;
import dev.ahti.metadata.MetadataDatabase.UnusableException;
import java.util.ArrayList;
import java.util.List;

/** The database of the metadata, and its clock. */
final class DatabaseCheck {
    private static final String SUBJECT = "ahti.metadata.url";
    private static final long SLOW_MS = 100;
    private static final long CLOCK_MS = 1_000;

    private final BrokerConfig config;

    DatabaseCheck(BrokerConfig config) {
        this.config = config;
    }

    List<Finding> look() {
        String url = config.stringValue(SUBJECT);
        if (url == null || MetadataDatabase.isEmbedded(url)) {
            return List.of(
                    OtherBrokersCheck.alone(config)
                            ? Finding.ok(SUBJECT, "embedded H2, for a broker that is alone")
                            : Finding.bad(
                                    SUBJECT,
                                    "embedded H2 is for a broker that is alone: set it to"
                                            + " jdbc:postgresql://host/database at all brokers"));
        }
        if (!url.startsWith("jdbc:postgresql:")) {
            return List.of(Finding.bad(SUBJECT, "set it to jdbc:postgresql://host/database"));
        }
        try {
            return judged(DatabaseLook.at(
                    url, config.stringValue("ahti.metadata.user"), config.stringValue("ahti.metadata.password")));
        } catch (UnusableException e) {
            return List.of(Finding.bad(SUBJECT, e.getMessage()));
        }
    }

    static List<Finding> judged(DatabaseLook found) {
        List<Finding> findings = new ArrayList<>();
        String reached = "answers in " + found.roundTripMillis() + " ms";
        if (!found.tables() && !found.mayCreate()) {
            findings.add(Finding.bad(
                    SUBJECT, "our tables are not there and the user may not make them: grant CREATE on its schema"));
        } else if (found.roundTripMillis() > SLOW_MS) {
            findings.add(Finding.warn(
                    SUBJECT, reached + ": changes of metadata and fail-over wait for it; bring it nearer"));
        } else {
            findings.add(Finding.ok(
                    SUBJECT, reached + (found.tables() ? ", with our tables" : "; our tables will be made")));
        }
        findings.add(clock("the database", found.aheadMillis(), CLOCK_MS));
        return findings;
    }

    /** @param tolerated milliseconds */
    static Finding clock(String whose, long aheadMillis, long tolerated) {
        return Math.abs(aheadMillis) <= tolerated
                ? Finding.ok("clock", "agrees with " + whose)
                : Finding.warn(
                        "clock",
                        "that of " + whose + " is " + Math.abs(aheadMillis) + " ms "
                                + (aheadMillis > 0 ? "ahead of" : "behind")
                                + " this machine's: let both follow NTP; times of records and retention go by it");
    }
}
