package dev.ahti.containers;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * The image of docker/Dockerfile, built on stand-ins for the bases (docker/test), and podman to run it: once for all tests.
 * Podman keeps what it has below target.
 */
final class Containers {
    static final String IMAGE = "localhost/ahti";

    private static final Path DIRECTORY = Path.of("target/containers").toAbsolutePath();
    private static final List<String> PROGRAMS = List.of(
            "podman",
            "buildah",
            "podman-compose",
            "runc",
            "netavark",
            "aardvark-dns",
            "iptables",
            "debootstrap",
            "unzip",
            "xz",
            "kcat");
    private static FutureTask<Void> built;

    private Containers() {}

    /** Skips the tests where they cannot run, unless {@code -Dahti.containers=required}. */
    static void build() throws Exception {
        String missing = missing();
        if (missing != null) {
            if (areRequired()) {
                fail("the image cannot be tested: " + missing);
            }
            assumeTrue(false, "the image is not tested: " + missing);
        }
        started().get();
    }

    static boolean areRequired() {
        return "required".equals(System.getProperty("ahti.containers"));
    }

    /** Leaves the processors to whatever else runs: it takes minutes, of which much is waiting for disk and network. */
    static synchronized Future<Void> started() {
        if (built == null) {
            built = new FutureTask<>(Containers::buildAtLowPriority);
            Thread thread = new Thread(built, "image");
            thread.setDaemon(true);
            thread.start();
        }
        return built;
    }

    private static Void buildAtLowPriority() throws Exception {
        run(Map.of(), 600, "nice", "-n", "19", "docker/test/stand-ins", DIRECTORY.toString());
        run(Map.of(), 1_500, "nice", "-n", "19", "docker/test/build", DIRECTORY.toString());
        return null;
    }

    static String missing() {
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("user.name").equals("root")) {
            return "it takes root on Linux";
        }
        List<String> absent =
                PROGRAMS.stream().filter(each -> !isInstalled(each)).toList();
        return absent.isEmpty() ? null : "install " + String.join(", ", absent);
    }

    private static boolean isInstalled(String program) {
        String directories = System.getenv("PATH") + ":/usr/sbin:/usr/lib/podman";
        for (String directory : directories.split(":")) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    static String podman(String... arguments) throws Exception {
        return run(Map.of(), 120, engine("podman", arguments));
    }

    static String compose(Map<String, String> environment, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-f", "docker/compose.yaml", "-p", "ahti-it"));
        all.addAll(List.of(arguments));
        return run(environment, 180, engine("podman-compose", all.toArray(String[]::new)));
    }

    private static String[] engine(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker/test/engine", DIRECTORY.toString(), program));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    /** What kcat prints; fails where it does. */
    static String kcat(int port, String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("kcat", "-b", "localhost:" + port));
        command.addAll(List.of(arguments));
        return finish(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD), input, 60);
    }

    private static String run(Map<String, String> environment, int seconds, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return finish(builder, "", seconds);
    }

    private static String finish(ProcessBuilder builder, String input, int seconds)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("ahti-containers", ".out");
        try {
            Process process = builder.redirectOutput(output.toFile()).start();
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            String printed = Files.readString(output);
            if (!ended) {
                process.destroyForcibly();
                fail(builder.command() + " has not ended after " + seconds + " s: " + printed);
            }
            if (process.exitValue() != 0) {
                throw new IOException(builder.command() + " ended with " + process.exitValue() + ": " + printed);
            }
            return printed.strip();
        } finally {
            Files.delete(output);
        }
    }
}
