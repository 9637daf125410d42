package dev.ahti.management;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes docs/metrics.md from {@link Metric}. */
final class MetricsPage {
    private static final String HEAD =
            """
            # Metrics

            <!-- Written by MetricsPageTest: change dev.ahti.management.Metric, then run
                 ./dev docs -->

            Each broker gives these at `GET /metrics` of its management port, in the formats of Prometheus. Times are in
            seconds and sizes in bytes, as the names say; a counter counts since the start of the process. A histogram
            NAME has `NAME_bucket`, `NAME_sum` and `NAME_count`; the bounds of its buckets double from 0.13 ms to 8.6 s.

            What concerns a partition is told by its leader alone, so that the sum over all brokers counts it once,
            unless it says that it is the same at all brokers. Nothing is gathered until somebody asks; the lag of
            groups is at most five seconds old. Where a broker may be cut off from the others it gives no `ahti_group`
            metrics.

            | metric | kind | labels | what it is |
            |---|---|---|---|
            """;

    private static final String JVM =
            """

            Beside them are those of the JVM and the process, by the names that Prometheus' own Java library has for
            them: `jvm_memory_used_bytes`, `jvm_gc_collection_seconds`, `jvm_threads_current`,
            `process_cpu_seconds_total`, `process_open_fds`, `process_max_fds` and more.
            """;

    private MetricsPage() {}

    static String text() {
        return HEAD + Arrays.stream(Metric.values()).map(MetricsPage::row).collect(Collectors.joining()) + JVM;
    }

    private static String row(Metric metric) {
        return "| `" + metric.shownName() + "` | " + metric.kind().name().toLowerCase(Locale.ROOT) + " | "
                + Arrays.stream(metric.labels()).map(label -> "`" + label + "`").collect(Collectors.joining(", "))
                + " | " + metric.help() + " |\n";
    }
}
