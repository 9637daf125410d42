package dev.ahti.management;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * {@code GET /ahti/groups}: the groups that this broker coordinates and how far each is behind; {@code GET
 * /ahti/groups/NAME}: one of them, by partition. Other brokers have the others: who asks all of them has all groups, and
 * none twice.
 */
final class GroupRoutes {
    private final NodeState state;

    GroupRoutes(NodeState state) {
        this.state = state;
    }

    Route routes() {
        return Directives.concat(
                Directives.path(segment("ahti").slash("groups"), this::all),
                Directives.path(segment("ahti").slash("groups").slash(segment()), this::one));
    }

    private Route all() {
        return withLags((groups, lags) -> NodeRoutes.json(GroupLagJson.of(groups.broker(), lags)));
    }

    private Route one(String name) {
        return withLags((groups, lags) -> lags.stream()
                .filter(each -> each.group().equals(name))
                .findFirst()
                .map(each -> NodeRoutes.json(GroupLagJson.of(groups.broker(), each)))
                .orElseGet(() -> nobody(name, groups)));
    }

    private interface Shown {
        HttpResponse of(NodeState.Groups groups, List<GroupLag> lags);
    }

    private Route withLags(Shown shown) {
        Optional<NodeState.Groups> groups = state.groups();
        if (groups.isEmpty()) {
            return Directives.complete(StatusCodes.SERVICE_UNAVAILABLE, "not ready\n");
        }
        CompletionStage<HttpResponse> response = groups.get()
                .lags()
                .all()
                .handle((lags, failure) -> failure == null
                        ? shown.of(groups.get(), lags)
                        : HttpResponse.create()
                                .withStatus(StatusCodes.SERVICE_UNAVAILABLE)
                                .withEntity("this broker may be cut off from the others\n"));
        return Directives.completeWithFuture(response);
    }

    /** Either it does not exist, or another broker has it. */
    private static HttpResponse nobody(String name, NodeState.Groups groups) {
        Function<String, OptionalInt> coordinators = groups.coordinators();
        OptionalInt coordinator = coordinators.apply(name);
        String why = coordinator.isPresent() && coordinator.getAsInt() != groups.broker()
                ? "broker " + coordinator.getAsInt() + " coordinates that group\n"
                : "no such group\n";
        return HttpResponse.create().withStatus(StatusCodes.NOT_FOUND).withEntity(why);
    }
}
