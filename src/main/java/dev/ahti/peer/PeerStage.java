package dev.ahti.peer;

import java.util.function.Predicate;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/** One connection between brokers, dialled or accepted. */
final class PeerStage extends GraphStage<FlowShape<ByteString, ByteString>> {
    private final Inlet<ByteString> in = Inlet.create("Peer.in");
    private final Outlet<ByteString> out = Outlet.create("Peer.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final Handshake handshake;
    private final PeerSettings settings;
    private final LastHeard lastHeard;
    private final Predicate<PeerIdentity> inSession;
    private final ConnectionOwner owner;

    PeerStage(
            Handshake handshake,
            PeerSettings settings,
            LastHeard lastHeard,
            Predicate<PeerIdentity> inSession,
            ConnectionOwner owner) {
        this.handshake = handshake;
        this.settings = settings;
        this.lastHeard = lastHeard;
        this.inSession = inSession;
        this.owner = owner;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new PeerStageLogic(shape, handshake, settings, lastHeard, inSession, owner);
    }
}
