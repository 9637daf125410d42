package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    @Test
    void readsSettingsOfWhichTheLastWins() {
        Arguments arguments = parse("--config", "a.conf", "--set", "node.id=1", "--set", "x=a=b", "--set", "node.id=2");

        assertThat(arguments.config()).isEqualTo(Path.of("a.conf"));
        assertThat(arguments.settings()).containsEntry("node.id", "2").containsEntry("x", "a=b");
    }

    @Test
    void aSettingMayBeEmpty() {
        assertThat(parse("--set", "ahti.cluster.contact-points=").settings())
                .containsEntry("ahti.cluster.contact-points", "");
    }

    @Test
    void whatIsNoArgumentIsRefusedWithOneLine() {
        refused("'start' is no argument of ahti", "start");
        refused("write --set name=value", "--set");
        refused("'node.id' after --set has no value", "--set", "node.id");
        refused("write --config FILE", "--config");
    }

    private static void refused(String message, String... words) {
        assertThatThrownBy(() -> parse(words)).isInstanceOf(StartProblem.class).hasMessageContaining(message);
    }

    private static Arguments parse(String... words) {
        return Arguments.parse(words);
    }
}
