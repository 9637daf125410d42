package dev.ahti.config;

import static org.apache.kafka.common.config.ConfigDef.Range.between;

import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;

/** The HTTP address for health checks, metrics and inspection. */
final class ManagementSettings {
    private static final String USER = "ahti.management.user";
    private static final String PASSWORD = "ahti.management.password";
    private static final String CERTIFICATE = "ahti.management.tls.certificate";
    private static final String KEY = "ahti.management.tls.key";

    private ManagementSettings() {}

    static void define(ConfigDef settings) {
        Definitions.setting(
                settings,
                "ahti.management.host",
                ConfigDef.Type.STRING,
                "127.0.0.1",
                new ConfigDef.NonEmptyString(),
                "Address of management HTTP: health, metrics and read-only JSON, for everybody who can reach it unless"
                        + " `ahti.management.user` is set.");
        Definitions.setting(
                settings,
                "ahti.management.port",
                ConfigDef.Type.INT,
                8558,
                between(0, Definitions.MAX_PORT),
                "Port of management HTTP; 0 is a free one.");
        Definitions.setting(
                settings,
                USER,
                ConfigDef.Type.STRING,
                null,
                "Who may see `/metrics`, `/ahti/...` and `/cluster/...`, with `ahti.management.password` (HTTP basic"
                        + " authentication). Unset: everybody. `/alive`, `/ready` and what brokers ask each other when"
                        + " they start need no password.");
        Definitions.setting(settings, PASSWORD, ConfigDef.Type.PASSWORD, null, "Password of `" + USER + "`.");
        Definitions.setting(
                settings,
                CERTIFICATE,
                ConfigDef.Type.STRING,
                null,
                "File with the certificate for management over HTTPS, in PEM, with those that it depends on behind it."
                        + " Set at all brokers or at none, and issued by the same authority, whose certificate is the"
                        + " last in the file: when brokers start they trust each other by it. Unset: HTTP.");
        Definitions.setting(
                settings, KEY, ConfigDef.Type.STRING, null, "File with the key of that certificate: PKCS #8 in PEM.");
        Definitions.setting(
                settings,
                "ahti.metrics.partitions",
                ConfigDef.Type.BOOLEAN,
                false,
                null,
                "Whether `/metrics` has series for each partition, too: several for every replica here, and for every"
                        + " partition that a group reads.");
    }

    /** What goes together is there together. */
    static void check(Map<String, Object> values) {
        together(values, USER, PASSWORD);
        together(values, CERTIFICATE, KEY);
        if (values.get(USER) instanceof String user && (user.isEmpty() || user.contains(":"))) {
            throw new ConfigProblem(USER + " is \"" + user + "\": set a name without a colon");
        }
    }

    private static void together(Map<String, Object> values, String one, String other) {
        if ((values.get(one) == null) != (values.get(other) == null)) {
            String set = values.get(one) == null ? other : one;
            String missing = values.get(one) == null ? one : other;
            throw new ConfigProblem(set + " is set but " + missing + " is not: set both, or neither");
        }
    }
}
