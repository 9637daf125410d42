package dev.ahti.chaos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/** A fault in the product, made on purpose: a chaos run that does not find it proves nothing. */
enum Plant {
    ACKNOWLEDGE_AFTER_LOCAL_WRITE(
            "dev/ahti/replica/LeadingPartition.java",
            "request.waitsForAll() ? untilReplicated : untilLocal;",
            "untilLocal;"),
    ISR_NOT_SHRUNK_AT_FENCING(
            "dev/ahti/metadata/Election.java",
            "List<IsrMember> isr = without(partition.isr(), broker);",
            "List<IsrMember> isr = partition.isr();"),
    COMMIT_ANSWERED_BEFORE_IT_IS_REPLICATED(
            "dev/ahti/group/SlotLog.java",
            "return nextOffset;",
            "listener.onHighWatermarkUpdated(partition(), nextOffset); return nextOffset;");

    private final String source;
    private final String right;
    private final String wrong;

    Plant(String source, String right, String wrong) {
        this.source = source;
        this.right = right;
        this.wrong = wrong;
    }

    /** The command that runs the jar with this class in front. */
    List<String> launcher(Path jar, Path directory) {
        try {
            String text = Files.readString(Path.of("src/main/java").resolve(source));
            if (!text.contains(right)) {
                throw new IllegalStateException(source + " does not say any more: " + right);
            }
            Path sources = directory.resolve("plant/src");
            Path classes = Files.createDirectories(directory.resolve("plant/classes"));
            Path file = sources.resolve(source);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text.replace(right, wrong));
            int status = ToolProvider.getSystemJavaCompiler()
                    .run(
                            null,
                            null,
                            null,
                            "-nowarn",
                            "-proc:none",
                            "-parameters",
                            "-cp",
                            jar.toString(),
                            "-d",
                            classes.toString(),
                            file.toString());
            if (status != 0) {
                throw new IllegalStateException(file + " does not compile");
            }
            return List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classes + File.pathSeparator + jar,
                    "dev.ahti.server.Main");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
