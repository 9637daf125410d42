package dev.ahti.management;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.model.PartitionId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The cluster from any of its nodes: {@code GET /ahti/brokers}, {@code /ahti/metadata}, {@code /ahti/topics}, {@code
 * /ahti/partitions}, {@code /ahti/strays} and {@code /ahti/lag}. Topics and partitions come in pages: {@code limit} of them,
 * those that come after {@code after} in their order; the answer has what to ask with for the next page.
 */
final class ClusterRoutes {
    private static final int PAGE = 100;

    private final NodeState state;

    ClusterRoutes(NodeState state) {
        this.state = state;
    }

    Route routes() {
        return Directives.concat(
                path(
                        "brokers",
                        () -> answer(
                                false,
                                false,
                                reports -> ClusterJson.brokers(
                                        state.image(), state.nodes().members(), reports))),
                path("metadata", () -> answer(false, false, reports -> ClusterJson.metadata(state.image(), reports))),
                path("strays", () -> answer(true, false, ClusterJson::strays)),
                path("lag", () -> answer(false, true, ClusterJson::lag)),
                path(
                        "topics",
                        () -> paged((after, limit) -> Directives.complete(
                                NodeRoutes.json(Json.text(TopicsJson.topics(state.image(), after, limit)))))),
                path("partitions", () -> paged(this::partitions)));
    }

    private static Route path(String name, Supplier<Route> inner) {
        return Directives.path(segment("ahti").slash(name), inner);
    }

    private Route answer(boolean strays, boolean groups, Function<Reports, ObjectNode> shown) {
        CompletionStage<Reports> reports =
                state.nodes().ask(strays, groups, List.of()).thenApply(Reports::new);
        return Directives.completeWithFuture(reports.thenApply(each -> NodeRoutes.json(Json.text(shown.apply(each)))));
    }

    private interface Page {
        Route of(String after, int limit);
    }

    private static Route paged(Page page) {
        return Directives.parameterOptional(
                "after",
                after -> Directives.parameterOptional("limit", limit -> {
                    int number = limit.filter(each -> each.matches("\\d{1,9}"))
                            .map(Integer::parseInt)
                            .orElse(limit.isPresent() ? 0 : PAGE);
                    return number < 1 || number > NodeReport.MAX_LISTED
                            ? Directives.complete(
                                    StatusCodes.BAD_REQUEST,
                                    "limit is a number from 1 to " + NodeReport.MAX_LISTED + "\n")
                            : page.of(after.orElse(""), number);
                }));
    }

    private Route partitions(String after, int limit) {
        return Directives.parameterOptional(
                "topic",
                topic -> Directives.parameterOptional("outOfSync", outOfSync -> {
                    ClusterImage image = state.image();
                    PartitionPage page = PartitionPage.of(
                            image, topic, outOfSync.filter("true"::equals).isPresent(), after, limit);
                    List<PartitionId> sizes =
                            page.partitions().stream().map(PartitionImage::id).toList();
                    return Directives.completeWithFuture(state.nodes()
                            .ask(false, false, sizes)
                            .thenApply(reports -> NodeRoutes.json(
                                    Json.text(TopicsJson.partitions(image, page, new Reports(reports))))));
                }));
    }
}
