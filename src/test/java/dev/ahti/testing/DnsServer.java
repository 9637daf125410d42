package dev.ahti.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;

/**
 * As much of a DNS server as a broker asks for: the A and AAAA records of names, over UDP (RFC 1035). Each answer is good for
 * a second.
 */
public final class DnsServer implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final int LONGEST_MESSAGE = 512;
    private static final int RESPONSE_AUTHORITATIVE = 0x8400;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int NAME_ERROR = 3;
    private static final int TYPE_A = 1;
    private static final int TYPE_AAAA = 28;
    private static final int CLASS_IN = 1;
    private static final int NAME_OF_THE_QUESTION = 0xC000 | HEADER_BYTES;
    private static final int TTL_SECONDS = 1;
    private static final int QUESTIONS_OF_A_LOOKUP = 2; // A and AAAA

    private final DatagramSocket socket;
    private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();

    /** How often each client has asked: a broker keeps its socket. */
    private final Map<SocketAddress, Integer> asked = new ConcurrentHashMap<>();

    private record Question(int id, int flags, ByteBuffer bytes, String name, int type) {}

    public DnsServer() throws SocketException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread thread = new Thread(this::serve, "DNS server");
        thread.setDaemon(true);
        thread.start();
    }

    /** The broker's name server is this one alone. */
    public void serve(BrokerProcess broker) {
        broker.withMoreJavaOptions(" -Dpekko.io.dns.async-dns.nameservers="
                + socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort());
    }

    /** From now on the name has these addresses and no others. */
    public void resolve(String name, String... addresses) throws IOException {
        List<InetAddress> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(InetAddress.getByName(address));
        }
        names.put(name, all);
    }

    /** Waits until each of two brokers has looked a name up again, and again. */
    public void awaitAnswersToBoth() {
        asked.clear();
        Awaitility.await("both brokers ask for addresses")
                .atMost(Duration.ofSeconds(60))
                .until(() -> asked.values().stream()
                                .filter(times -> times > QUESTIONS_OF_A_LOOKUP)
                                .count()
                        == 2);
    }

    private void serve() {
        byte[] buffer = new byte[LONGEST_MESSAGE];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                Question question = question(ByteBuffer.wrap(buffer, 0, packet.getLength()));
                byte[] answer = answer(question);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                asked.merge(packet.getSocketAddress(), 1, Integer::sum);
            } catch (IOException | BufferUnderflowException closedOrNoQuestion) {
                // The next one, if there is one.
            }
        }
    }

    private static Question question(ByteBuffer message) {
        int id = message.getShort();
        int flags = message.getShort();
        message.position(HEADER_BYTES);
        List<String> labels = new ArrayList<>();
        for (int length = message.get(); length > 0; length = message.get()) {
            byte[] label = new byte[length];
            message.get(label);
            labels.add(new String(label, StandardCharsets.US_ASCII));
        }
        int type = message.getShort();
        message.getShort(); // the class, which is always that of the Internet
        byte[] bytes = new byte[message.position() - HEADER_BYTES];
        message.get(HEADER_BYTES, bytes);
        return new Question(id, flags, ByteBuffer.wrap(bytes), String.join(".", labels), type);
    }

    private byte[] answer(Question question) throws IOException {
        List<InetAddress> all = names.get(question.name());
        List<InetAddress> addresses = all == null
                ? List.of()
                : all.stream()
                        .filter(address -> type(address) == question.type())
                        .toList();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeShort(question.id());
        out.writeShort(
                RESPONSE_AUTHORITATIVE | (question.flags() & RECURSION_DESIRED) | (all == null ? NAME_ERROR : 0));
        out.writeShort(1); // the question, which is repeated
        out.writeShort(addresses.size());
        out.writeShort(0); // of authority
        out.writeShort(0); // additional
        out.write(question.bytes().array());
        for (InetAddress address : addresses) {
            out.writeShort(NAME_OF_THE_QUESTION);
            out.writeShort(question.type());
            out.writeShort(CLASS_IN);
            out.writeInt(TTL_SECONDS);
            out.writeShort(address.getAddress().length);
            out.write(address.getAddress());
        }
        return bytes.toByteArray();
    }

    private static int type(InetAddress address) {
        return address.getAddress().length == Integer.BYTES ? TYPE_A : TYPE_AAAA;
    }

    @Override
    public void close() {
        socket.close();
    }
}
