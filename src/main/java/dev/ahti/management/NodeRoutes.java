package dev.ahti.management;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.ahti.management.ManagementSecurity.Credentials;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.server.directives.SecurityDirectives.ProvidedCredentials;
import org.apache.pekko.management.cluster.javadsl.ClusterHttpManagementRoutes;
import org.apache.pekko.management.javadsl.ManagementRouteProvider;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;

/**
 * {@code GET /alive} and {@code /ready} for orchestrators, who have no password; and for who has it, where one is set, {@code
 * GET /metrics}, {@code /ahti/image}, {@link ClusterRoutes}, {@link GroupRoutes} and Pekko's {@code /cluster/members}. Named
 * in application.conf.
 */
public final class NodeRoutes implements ManagementRouteProvider {
    private final ExtendedActorSystem system;
    private final NodeState state;

    public NodeRoutes(ExtendedActorSystem system) {
        this.system = system;
        state = NodeState.get(Adapter.toTyped(system));
    }

    @Override
    public Route routes(ManagementRouteProviderSettings settings) {
        Route shown = Directives.get(() -> Directives.concat(
                Directives.path("metrics", () -> MetricsRoute.create(system, state)),
                Directives.path(segment("ahti").slash("image"), this::image),
                new ClusterRoutes(state).routes(),
                new GroupRoutes(state).routes(),
                ClusterHttpManagementRoutes.readOnly(Cluster.get(system))));
        return Directives.concat(
                Directives.get(() -> Directives.concat(
                        Directives.path("alive", () -> Directives.complete(StatusCodes.OK, "alive\n")),
                        Directives.path("ready", this::ready))),
                state.credentials().map(wanted -> guarded(wanted, shown)).orElse(shown));
    }

    private static Route guarded(Credentials wanted, Route route) {
        return Directives.authenticateBasic(
                "ahti", given -> given.filter(each -> matches(wanted, each)), allowed -> route);
    }

    private static boolean matches(Credentials wanted, ProvidedCredentials given) {
        return given.identifier().equals(wanted.user()) && given.verify(wanted.password());
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
