package dev.ahti.network.forwarding;

import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.virtual.NothingDone;
import dev.ahti.api.virtual.OtherBrokers;
import dev.ahti.api.virtual.Part;
import dev.ahti.peer.PeerConnection;
import dev.ahti.peer.PeerHandler;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.protocol.ApiMessage;

/** The open connections over which this broker hands requests on. */
final class ForwardingLinks implements OtherBrokers {
    private final DeadlineTimer timer;
    private final Map<Integer, ForwardingLink> links = new ConcurrentHashMap<>();

    ForwardingLinks(DeadlineTimer timer) {
        this.timer = timer;
    }

    PeerHandler open(PeerConnection connection) {
        int broker = connection.peer().broker();
        ForwardingLink[] self = new ForwardingLink[1];
        ForwardingLink link = new ForwardingLink(connection, timer, () -> links.remove(broker, self[0]));
        self[0] = link;
        links.put(broker, link);
        return link;
    }

    @Override
    public CompletionStage<ApiMessage> ask(int broker, Part part) {
        ForwardingLink link = links.get(broker);
        return link == null
                ? CompletableFuture.failedFuture(new NothingDone("no connection to broker " + broker))
                : link.ask(part);
    }
}
