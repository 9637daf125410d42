package dev.ahti.network.forwarding;

import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.virtual.LocalAnswers;
import dev.ahti.api.virtual.OtherBrokers;
import dev.ahti.peer.PeerPurpose;
import dev.ahti.peer.Peers;

/**
 * Requests of clients from broker to broker ({@code ahti.listener.mode=virtual}), over connections of their own. What is
 * handed on by others is answered in either mode.
 */
public final class Forwarding {
    private final ForwardingLinks links;
    private volatile LocalAnswers local;

    private Forwarding(DeadlineTimer timer) {
        this.links = new ForwardingLinks(timer);
    }

    /**
     * To be called before connections are opened.
     *
     * @param dial whether this broker hands requests on
     */
    public static Forwarding over(Peers peers, boolean dial, DeadlineTimer timer) {
        Forwarding forwarding = new Forwarding(timer);
        peers.serve(PeerPurpose.FORWARDING, connection -> new ForwardedRequests(connection, () -> forwarding.local));
        if (dial) {
            peers.dial(PeerPurpose.FORWARDING, forwarding.links::open);
        }
        return forwarding;
    }

    /** From now on this broker answers what others hand on to it; before, it refuses to begin. */
    public void open(LocalAnswers answers) {
        local = answers;
    }

    public OtherBrokers others() {
        return links;
    }
}
