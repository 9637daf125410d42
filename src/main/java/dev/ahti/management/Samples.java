package dev.ahti.management;

import dev.ahti.metrics.Latencies;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** What one scrape finds. */
final class Samples {
    /** By labels: a topic that was deleted and made again may have a replica of each for a moment. */
    private final Map<Metric, Map<Labels, Sample>> byMetric = new EnumMap<>(Metric.class);

    /** @param latencies of a histogram; else null */
    private record Sample(double value, Latencies latencies, Labels labels) {}

    void add(Metric metric, Number value, Object... labels) {
        add(metric, new Sample(value.doubleValue(), null, labels(metric, labels)));
    }

    void add(Metric metric, Latencies latencies, Object... labels) {
        add(metric, new Sample(0, latencies, labels(metric, labels)));
    }

    private void add(Metric metric, Sample sample) {
        byMetric.computeIfAbsent(metric, each -> new LinkedHashMap<>()).put(sample.labels(), sample);
    }

    private static Labels labels(Metric metric, Object... values) {
        String[] texts = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            texts[i] = values[i].toString();
        }
        return Labels.of(metric.labels(), texts);
    }

    List<MetricSnapshot> snapshots() {
        List<MetricSnapshot> all = new ArrayList<>();
        byMetric.forEach((metric, samples) -> all.add(snapshot(metric, samples.values())));
        return all;
    }

    private static MetricSnapshot snapshot(Metric metric, Collection<Sample> samples) {
        return switch (metric.kind()) {
            case COUNTER ->
                with(
                                metric,
                                CounterSnapshot.builder(),
                                samples,
                                (builder, sample) -> builder.dataPoint(CounterDataPointSnapshot.builder()
                                        .value(sample.value())
                                        .labels(sample.labels())
                                        .build()))
                        .build();
            case GAUGE ->
                with(
                                metric,
                                GaugeSnapshot.builder(),
                                samples,
                                (builder, sample) -> builder.dataPoint(GaugeDataPointSnapshot.builder()
                                        .value(sample.value())
                                        .labels(sample.labels())
                                        .build()))
                        .build();
            case HISTOGRAM ->
                with(
                                metric,
                                HistogramSnapshot.builder(),
                                samples,
                                (builder, sample) -> builder.dataPoint(HistogramDataPointSnapshot.builder()
                                        .classicHistogramBuckets(buckets(sample.latencies()))
                                        .sum(sample.latencies().sumSeconds())
                                        .labels(sample.labels())
                                        .build()))
                        .build();
        };
    }

    private static <B extends MetricSnapshot.Builder<B>> B with(
            Metric metric, B builder, Collection<Sample> samples, BiFunction<B, Sample, B> add) {
        B filled = builder.name(metric.family()).help(metric.help());
        for (Sample sample : samples) {
            filled = add.apply(filled, sample);
        }
        return filled;
    }

    private static ClassicHistogramBuckets buckets(Latencies latencies) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i <= Latencies.BOUNDS; i++) {
            buckets.bucket(Latencies.boundSeconds(i), latencies.count(i));
        }
        return buckets.build();
    }
}
