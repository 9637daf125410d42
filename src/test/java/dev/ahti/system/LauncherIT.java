package dev.ahti.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.testing.BrokerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/ahti} and its archive of classes, with a copy of the jar. */
class LauncherIT {
    private static final Map<String, String> LISTING_CLASSES = Map.of("JAVA_OPTS", "-Xlog:class+load");
    private static final String MAIN_FROM_ARCHIVE = "dev.ahti.server.Main source: shared objects file (top)";

    /** Some 50 cannot be kept; without the build's {@code PlainLambdas} it would be 1,800. */
    private static final long A_FEW_LAMBDAS = 200;

    @TempDir
    Path directory;

    private Path jar;

    @BeforeEach
    void copyTheJar() throws IOException {
        Path built = Path.of(System.getProperty("ahti.jar", "target/ahti.jar"));
        jar = Files.copy(built, directory.resolve("ahti.jar"));
        Files.setLastModifiedTime(jar, daysAgo(1));
    }

    private static FileTime daysAgo(int days) {
        return FileTime.from(Instant.now().minus(days, ChronoUnit.DAYS));
    }

    /** One test, since to make an archive takes 20 s. */
    @Test
    void makesAnArchiveForItsJarAloneWithTheLambdasOfTheLibrariesRemovesOlderOnesAndRunsQuietlyWithADamagedOne()
            throws Exception {
        Path older = Files.writeString(directory.resolve("ahti-1.jsa"), "of an earlier jar");
        Files.setLastModifiedTime(older, daysAgo(2));

        assertThat(ahti(Map.of(), "--archive").status()).isZero();

        assertThat(archives()).hasSize(1).doesNotContain(older);
        assertThat(ahti(LISTING_CLASSES, "--version").output()).contains(MAIN_FROM_ARCHIVE);
        assertThat(lambdasMadeByABroker()).isLessThan(A_FEW_LAMBDAS);
        FileTime built = Files.getLastModifiedTime(jar);
        Files.setLastModifiedTime(jar, daysAgo(0));
        assertThat(ahti(LISTING_CLASSES, "--version").output())
                .contains("dev.ahti.server.Main source:")
                .doesNotContain(MAIN_FROM_ARCHIVE);
        Files.setLastModifiedTime(jar, built);
        Path archive = archives().get(0);
        Files.delete(archive);
        Files.writeString(archive, "not an archive");
        assertThat(ahti(Map.of(), "--version").output()).startsWith("ahti ").hasLineCount(1);
    }

    private Path lock() {
        return directory.resolve("ahti.archive.lock");
    }

    /** Starts and stops one; what is not in the archive is made by the JVM each time. */
    private long lambdasMadeByABroker() throws Exception {
        Path data = directory.resolve("data");
        List<String> lambdas = ahti(LISTING_CLASSES, "--train", data.toString())
                .output()
                .lines()
                .filter(line -> line.contains("$$Lambda"))
                .toList();
        assertThat(lambdas).hasSizeGreaterThan(1_500);
        return lambdas.stream()
                .filter(line -> !line.contains("shared objects file"))
                .count();
    }

    @Test
    void runsQuietlyWithoutAnArchive() throws Exception {
        assertThat(ahti(Map.of(), "--version").output()).startsWith("ahti ").hasLineCount(1);
    }

    /** Linux shares the processors between sessions, and says of each how nice it is. */
    @Test
    void makesItAfterAFirstStartInASessionThatGivesWayToAllBrokers() throws Exception {
        ahti(Map.of(), "--no-such-option");

        ProcessHandle maker = Awaitility.await("the archive is begun")
                .atMost(Duration.ofMinutes(1))
                .until(this::maker, Optional::isPresent)
                .orElseThrow();
        assertThat(Path.of("/proc/" + maker.pid() + "/autogroup")).content().contains("nice 19");
        maker.destroy();
        Awaitility.await("it has ended").atMost(Duration.ofMinutes(1)).until(() -> !Files.exists(lock()));
    }

    private Optional<ProcessHandle> maker() {
        return ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").contains(jar + " --train"))
                .findFirst();
    }

    @Test
    void oneNodeAtATimeMakesIt() throws Exception {
        Files.createDirectory(lock());

        assertThat(ahti(Map.of(), "--archive").status()).isZero();

        assertThat(archives()).isEmpty();
    }

    /** It would stop all threads for that, and does so by default when a broker takes over from another. */
    @Test
    void theJvmCollectsNoGarbageForClassesThatItLoadsUnlessToldTo() throws Exception {
        assertThat(flagsOfTheJvm("")).containsPattern(" MetaspaceSize += 134217728 ");
        assertThat(flagsOfTheJvm("-XX:MetaspaceSize=64m")).containsPattern(" MetaspaceSize += 67108864 ");
    }

    @Test
    void theCompilersOfTheJvmGiveWayToTheWork() throws Exception {
        assertThat(flagsOfTheJvm(""))
                .containsPattern(" CompilerThreadPriority += 10 ")
                .containsPattern(" ThreadPriorityPolicy += 1 ");
    }

    private String flagsOfTheJvm(String options) throws Exception {
        return ahti(Map.of("JAVA_OPTS", "-XX:+PrintFlagsFinal " + options), "--version")
                .output();
    }

    @Test
    void saysWhatToDoWhereTheJarIsMissing() throws Exception {
        Run run = ahti(Map.of("AHTI_JAR", directory.resolve("no.jar").toString()), "--version");

        assertThat(run.output()).contains("no.jar is missing: build it with ./dev build");
        assertThat(run.status()).isEqualTo(1);
    }

    private List<Path> archives() throws IOException {
        return BrokerProcess.archives(directory);
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
