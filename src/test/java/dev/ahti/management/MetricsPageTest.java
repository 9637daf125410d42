package dev.ahti.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private static final Path PAGE = Path.of("docs/metrics.md");

    /** {@code ./dev docs} writes it. */
    @Test
    void thePageInDocsHasEveryMetric() throws IOException {
        if (Boolean.getBoolean("ahti.write.docs")) {
            Files.writeString(PAGE, MetricsPage.text());
        }

        assertThat(PAGE).hasContent(MetricsPage.text());
    }
}
