package dev.ahti.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The alert rules are there as a file for Prometheus, and as what its operator takes. */
class PrometheusRuleTest {
    private static final Path ALERTS = Path.of("k8s/monitoring/alerts.yaml");
    private static final Path RULE = Path.of("k8s/monitoring/prometheusrule.yaml");
    private static final String HEAD =
            """
            # Written by PrometheusRuleTest: change alerts.yaml, then run
            # ./dev docs
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: ahti
              labels:
                app: ahti
            spec:
            """;

    /** {@code ./dev docs} writes it. */
    @Test
    void theOperatorGetsTheSameAlerts() throws IOException {
        String alerts = Files.readString(ALERTS);
        String rule = HEAD
                + alerts.substring(alerts.indexOf("groups:")).stripTrailing().indent(2);
        if (Boolean.getBoolean("ahti.write.docs")) {
            Files.writeString(RULE, rule);
        }

        assertThat(RULE).hasContent(rule);
    }
}
