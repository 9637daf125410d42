package dev.ahti.network;

import java.net.InetSocketAddress;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/** One client connection: bytes in, bytes out, whatever carries them (TCP now, TLS between). */
final class KafkaConnection extends GraphStage<FlowShape<ByteString, ByteString>> {
    private final Inlet<ByteString> in = Inlet.create("KafkaConnection.in");
    private final Outlet<ByteString> out = Outlet.create("KafkaConnection.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final ConnectionContext context;
    private final InetSocketAddress client;

    KafkaConnection(ConnectionContext context, InetSocketAddress client) {
        this.context = context;
        this.client = client;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new KafkaConnectionLogic(shape, context, client);
    }

    /** What the listener can tell a connection, from any thread. */
    interface Handle {
        /** Reads no more, answers what it has read, closes. */
        void drain();

        /** Closes at once. */
        void abort();
    }
}
