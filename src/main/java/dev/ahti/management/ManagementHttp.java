package dev.ahti.management;

import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
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
    public static CompletionStage<String> start(ActorSystem<?> system, ManagementSecurity security) {
        NodeState.get(system).credentials(security.credentials());
        PekkoManagement management = PekkoManagement.get(system.classicSystem());
        return security.tls()
                .map(tls -> startTls(system, management, tls))
                .orElseGet(management::start)
                .thenApply(ManagementHttp::address);
    }

    /** Bootstrap asks the other brokers with the client of the system, which trusts them as the certificate says. */
    private static CompletionStage<Uri> startTls(ActorSystem<?> system, PekkoManagement management, SSLContext tls) {
        Http.get(system)
                .setDefaultClientHttpsContext(
                        ConnectionContext.httpsClient((host, port) -> clientEngine(tls, host, port)));
        return management.start(settings -> settings.withHttpsConnectionContext(ConnectionContext.httpsServer(tls)));
    }

    /** By issuer, not by name: brokers find each other by addresses that no certificate has, and tell no secret there. */
    private static SSLEngine clientEngine(SSLContext tls, String host, int port) {
        SSLEngine engine = tls.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        return engine;
    }

    private static String address(Uri uri) {
        return uri.scheme() + "://" + uri.host() + ":" + uri.port();
    }
}
