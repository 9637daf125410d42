package dev.ahti.management;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.management.javadsl.ManagementRouteProvider;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;

/**
 * {@code GET /alive} and {@code /ready} for orchestrators, {@code GET /ahti/image} for people: brokers, topics and
 * partitions as this node sees them; and {@link GroupRoutes}. Named in application.conf.
 */
public final class NodeRoutes implements ManagementRouteProvider {
    private final NodeState state;

    public NodeRoutes(ExtendedActorSystem system) {
        state = NodeState.get(Adapter.toTyped(system));
    }

    @Override
    public Route routes(ManagementRouteProviderSettings settings) {
        return Directives.get(() -> Directives.concat(
                Directives.path("alive", () -> Directives.complete(StatusCodes.OK, "alive\n")),
                Directives.path("ready", this::ready),
                Directives.path(segment("ahti").slash("image"), this::image),
                new GroupRoutes(state).routes()));
    }

    private Route ready() {
        return state.ready()
                ? Directives.complete(StatusCodes.OK, "ready\n")
                : Directives.complete(StatusCodes.SERVICE_UNAVAILABLE, "not ready\n");
    }

    private Route image() {
        return Directives.complete(json(ImageJson.of(state.image())));
    }

    static HttpResponse json(String text) {
        return HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, text));
    }
}
