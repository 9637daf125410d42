package dev.ahti.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.utils.Exit;

/** Kafka's command line tools, run in this JVM: a process each would cost a second of start-up. */
public final class KafkaTool {
    private static final Map<String, String> MAIN_CLASSES = Map.ofEntries(
            Map.entry("kafka-topics", "org.apache.kafka.tools.TopicCommand"),
            Map.entry("kafka-configs", "kafka.admin.ConfigCommand"),
            Map.entry("kafka-get-offsets", "org.apache.kafka.tools.GetOffsetShell"),
            Map.entry("kafka-log-dirs", "org.apache.kafka.tools.LogDirsCommand"),
            Map.entry("kafka-delete-records", "org.apache.kafka.tools.DeleteRecordsCommand"),
            Map.entry("kafka-broker-api-versions", "org.apache.kafka.tools.BrokerApiVersionsCommand"),
            Map.entry("kafka-producer-perf-test", "org.apache.kafka.tools.ProducerPerformance"),
            Map.entry("kafka-console-producer", "org.apache.kafka.tools.ConsoleProducer"),
            Map.entry("kafka-console-consumer", "org.apache.kafka.tools.consumer.ConsoleConsumer"),
            Map.entry("kafka-dump-log", "org.apache.kafka.tools.DumpLogSegments"),
            Map.entry("kafka-features", "org.apache.kafka.tools.FeatureCommand"),
            Map.entry("kafka-leader-election", "org.apache.kafka.tools.LeaderElectionCommand"),
            Map.entry("kafka-consumer-groups", "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"),
            Map.entry("kafka-groups", "org.apache.kafka.tools.GroupsCommand"),
            Map.entry("kafka-cluster", "org.apache.kafka.tools.ClusterTool"));

    private KafkaTool() {}

    /** @param output what it printed, standard output and error together */
    public record Result(int status, String output) {}

    /** Thrown in place of ending this JVM. Tools catch it and exit again: what counts is the first exit. */
    private static final class Exited extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exited(int status) {
            super("exit " + status, null, false, false);
        }
    }

    public static Result run(String tool, String... arguments) {
        return run(tool, "", arguments);
    }

    /** Runs a tool with this text as its standard input. */
    public static synchronized Result run(String tool, String input, String[] arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        System.setOut(captured);
        System.setErr(captured);
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        AtomicReference<Result> first = new AtomicReference<>();
        Exit.setExitProcedure((status, message) -> {
            first.compareAndSet(null, new Result(status, bytes.toString(StandardCharsets.UTF_8)));
            throw new Exited(status);
        });
        try {
            int status = call(tool, arguments, captured);
            first.compareAndSet(null, new Result(status, bytes.toString(StandardCharsets.UTF_8)));
            return first.get();
        } finally {
            Exit.resetExitProcedure();
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
        }
    }

    private static int call(String tool, String[] arguments, PrintStream captured) {
        try {
            // ConsoleConsumer and ConfigCommand print through Scala's Console, which was bound to System.out at first
            // use.
            Class.forName(MAIN_CLASSES.get(tool))
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
            return 0;
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace(captured);
            return 1;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(tool, e);
        }
    }
}
