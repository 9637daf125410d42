package dev.ahti.peer;

import dev.ahti.model.PeerAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;

/**
 * What a connection between brokers costs: a process that sends frames of a size, so many at once without an answer, and one
 * that answers each with a few bytes. {@code PeerCost [bytes] [in flight] [seconds]}; the classpath is that of the tests.
 */
final class PeerCost {
    private static final int ANSWER_BYTES = 16;

    private PeerCost() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        if (arguments.length > 0 && arguments[0].equals("serve")) {
            TestPeer follower = TestPeer.start(2, 102, PeerSettings.of("127.0.0.1", 0, java.util.Optional.empty()));
            follower.connections.serve(PeerPurpose.REPLICATION, Answering::new);
            follower.connections.update(TestPeer.CLUSTER, follower.incarnation, Map.of());
            out.println("port " + follower.port());
            out.flush();
            while (System.in.read() >= 0) {}
            System.exit(0);
        }
        int bytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64 * 1024;
        int inFlight = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        Process follower = start();
        try {
            TestPeer leader = TestPeer.start(1, 101, PeerSettings.of("127.0.0.1", 0, java.util.Optional.empty()));
            Load load = new Load(bytes, inFlight);
            leader.connections.dial(PeerPurpose.REPLICATION, load);
            leader.connections.update(
                    TestPeer.CLUSTER, leader.incarnation, Map.of(2, new PeerAddress("127.0.0.1", port(follower), 102)));
            load.opened.await();
            for (int run = 0; run < 3; run++) {
                measure(out, load, follower, bytes, run == 0 ? 3 : seconds);
            }
        } finally {
            follower.destroy();
        }
        System.exit(0);
    }

    private static void measure(PrintStream out, Load load, Process follower, int bytes, int seconds)
            throws InterruptedException {
        long cpu = cpuNanos(ProcessHandle.current()) + cpuNanos(follower.toHandle());
        long leaderCpu = cpuNanos(ProcessHandle.current());
        long frames = load.answered.sum();
        long start = System.nanoTime();
        Thread.sleep(seconds * 1_000L);
        double moved = (double) (load.answered.sum() - frames) * bytes;
        double elapsed = (System.nanoTime() - start) / 1e9;
        double own = (cpuNanos(ProcessHandle.current()) - leaderCpu) / 1e9;
        double both = (cpuNanos(ProcessHandle.current()) + cpuNanos(follower.toHandle()) - cpu) / 1e9;
        out.printf(
                "%,d bytes: %,.0f MB/s, %.2f CPU-s/GB for both (%.2f sending)%n",
                bytes, moved / elapsed / 1e6, both * 1e9 / moved, own * 1e9 / moved);
    }

    private static long cpuNanos(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static Process start() throws IOException {
        return new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PeerCost.class.getName(),
                        "serve"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static int port(Process follower) throws IOException {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(follower.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("port ")) {
                return Integer.parseInt(line.substring("port ".length()));
            }
        }
        throw new IOException("the other process has ended");
    }

    /** Keeps so many frames on their way. */
    private static final class Load implements Function<PeerConnection, PeerHandler> {
        private final ByteString frame;
        private final int inFlight;
        final LongAdder answered = new LongAdder();
        final CountDownLatch opened = new CountDownLatch(1);

        Load(int bytes, int inFlight) {
            this.frame = ByteString.fromArrayUnsafe(new byte[bytes]);
            this.inFlight = inFlight;
        }

        @Override
        public PeerHandler apply(PeerConnection connection) {
            opened.countDown();
            return new PeerHandler() {
                private int underWay;

                @Override
                public void onFrame(ByteBuffer answer) {
                    underWay--;
                    answered.increment();
                }

                @Override
                public ByteString next() {
                    if (underWay == inFlight) {
                        return null;
                    }
                    underWay++;
                    return frame;
                }

                @Override
                public void onClosed() {}
            };
        }
    }

    private static final class Answering implements PeerHandler {
        private static final ByteString ANSWER = ByteString.fromArrayUnsafe(new byte[ANSWER_BYTES]);
        private int due;

        Answering(PeerConnection connection) {}

        @Override
        public void onFrame(ByteBuffer frame) {
            due++;
        }

        @Override
        public ByteString next() {
            if (due == 0) {
                return null;
            }
            due--;
            return ANSWER;
        }

        @Override
        public void onClosed() {}
    }
}
