package dev.ahti.management;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code GET /metrics} in the formats of Prometheus: {@link Metric} and the JVM's own. Nothing is loaded before it is asked. */
final class MetricsRoute {
    private static final long LAG_PATIENCE_MS = 4_000;

    private final NodeState state;
    private final Executor mayBlock;

    private MetricsRoute(NodeState state, Executor mayBlock) {
        this.state = state;
        this.mayBlock = mayBlock;
    }

    static Route create(ActorSystem system, NodeState state) {
        MetricsRoute metrics = new MetricsRoute(state, system.dispatchers().lookup("ahti.log-dispatcher"));
        return Directives.optionalHeaderValueByName(
                "Accept", accept -> Directives.completeWithFuture(metrics.response(accept)));
    }

    private CompletionStage<HttpResponse> response(Optional<String> accept) {
        return groups().thenApplyAsync(groups -> written(Scrape.of(state, groups), accept), mayBlock);
    }

    /** How many there are, when their lag is known; empty where this broker may be cut off, or they take too long. */
    private CompletionStage<Optional<Integer>> groups() {
        return state.groups()
                .map(groups -> groups.lags()
                        .all()
                        .handle((lags, failure) -> Optional.ofNullable(lags).map(List::size))
                        .toCompletableFuture()
                        .completeOnTimeout(Optional.empty(), LAG_PATIENCE_MS, TimeUnit.MILLISECONDS))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    private static HttpResponse written(Samples samples, Optional<String> accept) {
        List<MetricSnapshot> all = new ArrayList<>(samples.snapshots());
        Jvm.REGISTRY.scrape().forEach(all::add);
        ExpositionFormatWriter writer = Jvm.FORMATS.findWriter(accept.orElse(null));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writer.write(bytes, new MetricSnapshots(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HttpResponse.create()
                .withEntity(HttpEntities.create(ContentTypes.parse(writer.getContentType()), bytes.toByteArray()));
    }

    /** Loaded at the first scrape. */
    private static final class Jvm {
        static final ExpositionFormats FORMATS = ExpositionFormats.init();
        static final PrometheusRegistry REGISTRY = new PrometheusRegistry();

        static {
            JvmMetrics.builder().register(REGISTRY);
        }
    }
}
