package dev.ahti.management;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.management.javadsl.PekkoManagement;

/** Pekko Management's HTTP server with the cluster's read-only routes and ours ({@link NodeRoutes}). */
public final class ManagementHttp {
    private ManagementHttp() {}

    /**
     * Binds {@code pekko.management.http.hostname} and {@code port}. Pekko Management unbinds it when the node stops.
     *
     * @return its address, with the port that it got
     */
    public static CompletionStage<String> start(ActorSystem<?> system) {
        return PekkoManagement.get(system.classicSystem()).start().thenApply(ManagementHttp::address);
    }

    private static String address(Uri uri) {
        return uri.scheme() + "://" + uri.host() + ":" + uri.port();
    }
}
