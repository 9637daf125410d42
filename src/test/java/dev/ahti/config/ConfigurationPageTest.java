package dev.ahti.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    private static final Path PAGE = Path.of("docs/configuration.md");

    @Test
    void thePageNamesEverySetting() {
        assertThat(Definitions.ALL.names())
                .allSatisfy(name -> assertThat(ConfigurationPage.text()).contains("| `" + name + "` |"));
    }

    /** {@code ./dev docs} writes it. */
    @Test
    void thePageInDocsIsWhatTheDefinitionsSay() throws IOException {
        if (Boolean.getBoolean("ahti.write.docs")) {
            Files.writeString(PAGE, ConfigurationPage.text());
        }

        assertThat(PAGE).hasContent(ConfigurationPage.text());
    }
}
