package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/ahti} and its archive of classes, with a copy of the jar. */
class LauncherIT {
    @TempDir
    Path directory;

    private Path jar;

    @BeforeEach
    void copyTheJar() throws IOException {
        Path built = Path.of(System.getProperty("ahti.jar", "target/ahti.jar"));
        jar = Files.copy(built, directory.resolve("ahti.jar"));
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minus(1, ChronoUnit.DAYS)));
    }

    @Test
    void makesOneArchiveThatTheNextStartTakesItsClassesFrom() throws Exception {
        assertThat(ahti(Map.of(), "--archive").status()).isZero();
        assertThat(archives()).hasSize(1);

        Run run = ahti(Map.of("JAVA_OPTS", "-Xlog:class+load"), "--version");

        assertThat(run.output()).contains("dev.ahti.server.Main source: shared objects file (top)");
        assertThat(run.status()).isZero();
    }

    @Test
    void makesItAnewForAnotherJarAndRemovesTheOld() throws Exception {
        ahti(Map.of(), "--archive");
        Path first = archives().get(0);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now()));

        assertThat(ahti(Map.of(), "--archive").status()).isZero();

        assertThat(archives()).hasSize(1).doesNotContain(first);
    }

    @Test
    void runsQuietlyWithoutAnArchiveOrWithADamagedOne() throws Exception {
        assertThat(ahti(Map.of(), "--version").output()).startsWith("ahti ").hasLineCount(1);

        ahti(Map.of(), "--archive");
        Path archive = archives().get(0);
        Files.delete(archive);
        Files.writeString(archive, "not an archive");
        assertThat(ahti(Map.of(), "--version").output()).startsWith("ahti ").hasLineCount(1);
    }

    @Test
    void oneNodeAtATimeMakesIt() throws Exception {
        Files.createDirectory(directory.resolve("ahti.jsa.lock"));

        assertThat(ahti(Map.of(), "--archive").status()).isZero();

        assertThat(archives()).isEmpty();
    }

    @Test
    void saysWhatToDoWhereTheJarIsMissing() throws Exception {
        Run run = ahti(Map.of("AHTI_JAR", directory.resolve("no.jar").toString()), "--version");

        assertThat(run.output()).contains("no.jar is missing: build it with ./dev build");
        assertThat(run.status()).isEqualTo(1);
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsa")).toList();
        }
    }

    private Run ahti(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bin/ahti"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("AHTI_JAR", jar.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private record Run(int status, String output) {}
}
