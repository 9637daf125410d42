package dev.ahti.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A process under test: what it prints is kept, and can be waited for. */
final class ChildProcess {
    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();

    private record Watch(Predicate<String> line, CompletableFuture<String> found) {}

    ChildProcess(List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread reader = new Thread(this::read, "output of " + command.get(0));
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                add(line);
            }
        } catch (IOException killed) {
            add("(output ended: " + killed.getMessage() + ")");
        }
        ended();
    }

    private synchronized void add(String line) {
        output.add(line);
        watches.stream().filter(watch -> watch.line().test(line)).forEach(watch -> watch.found()
                .complete(line));
    }

    private synchronized void ended() {
        watches.forEach(watch -> watch.found()
                .completeExceptionally(new IllegalStateException("the process ended:\n" + String.join("\n", output))));
    }

    private synchronized CompletableFuture<String> watch(Predicate<String> line) {
        CompletableFuture<String> found = new CompletableFuture<>();
        output.stream().filter(line).findFirst().ifPresent(found::complete);
        watches.add(new Watch(line, found));
        return found;
    }

    /** The first line, already printed or to come, that fits. */
    String awaitLine(Predicate<String> line, int seconds) {
        CompletableFuture<String> found = watch(line);
        if (!process.isAlive() && !found.isDone()) {
            awaitExit(seconds);
        }
        try {
            return found.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("not within " + seconds + " s:\n" + output(), e);
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    int awaitExit(int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new IllegalStateException("still running after " + seconds + " s:\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() {
        process.destroyForcibly();
        awaitExit(10);
    }

    synchronized String output() {
        return String.join("\n", output);
    }
}
