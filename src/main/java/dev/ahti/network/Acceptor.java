package dev.ahti.network;

import java.util.function.Consumer;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.javadsl.Tcp.IncomingConnection;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;

/** Accepts connections one by one, from when it is opened. Until then clients wait in the socket's backlog. */
final class Acceptor extends GraphStage<SinkShape<IncomingConnection>> {
    private final Inlet<IncomingConnection> in = Inlet.create("Acceptor.in");
    private final SinkShape<IncomingConnection> shape = SinkShape.of(in);
    private final Gate gate = new Gate();

    @Override
    public SinkShape<IncomingConnection> shape() {
        return shape;
    }

    void open(Consumer<IncomingConnection> accept) {
        gate.open(accept);
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    /** Opened before or after the stage has started. */
    private static final class Gate {
        private Consumer<IncomingConnection> accept;
        private AsyncCallback<Consumer<IncomingConnection>> started;

        synchronized void open(Consumer<IncomingConnection> accept) {
            this.accept = accept;
            if (started != null) {
                started.invoke(accept);
            }
        }

        synchronized void started(AsyncCallback<Consumer<IncomingConnection>> callback) {
            started = callback;
            if (accept != null) {
                callback.invoke(accept);
            }
        }
    }

    private final class Logic extends GraphStageLogic {
        private Consumer<IncomingConnection> accept;

        Logic() {
            super(shape);
            setHandler(in, new AbstractInHandler() {
                @Override
                public void onPush() {
                    IncomingConnection connection = grab(in);
                    pull(in);
                    accept.accept(connection);
                }
            });
        }

        @Override
        public void preStart() {
            gate.started(createAsyncCallback(this::opened));
        }

        private void opened(Consumer<IncomingConnection> accept) {
            this.accept = accept;
            pull(in);
        }
    }
}
