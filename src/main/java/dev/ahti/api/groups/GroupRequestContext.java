package dev.ahti.api.groups;

import dev.ahti.protocol.RequestContext;
import java.net.InetAddress;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/** Who asks, in the form in which Kafka's coordinator wants to know: it names members after it. */
record GroupRequestContext(RequestContext context) implements AuthorizableRequestContext {

    @Override
    public String listenerName() {
        return context.listener();
    }

    /** Read by authorizers alone, of which there is none yet. */
    @Override
    public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    @Override
    public KafkaPrincipal principal() {
        return context.principal();
    }

    @Override
    public InetAddress clientAddress() {
        InetAddress address = context.client().getAddress();
        return address == null ? InetAddress.getLoopbackAddress() : address;
    }

    @Override
    public int requestType() {
        return context.apiKey().id;
    }

    @Override
    public int requestVersion() {
        return context.apiVersion();
    }

    /** None is the empty one, as in Kafka: it is part of the ids of members, and stored. */
    @Override
    public String clientId() {
        return context.clientId() == null ? "" : context.clientId();
    }

    @Override
    public int correlationId() {
        return context.correlationId();
    }
}
