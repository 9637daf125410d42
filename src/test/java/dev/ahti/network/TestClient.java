package dev.ahti.network;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** A connection of which a test sees each byte. Reads time out after ten seconds. */
final class TestClient implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    TestClient(InetSocketAddress address) {
        try {
            socket = new Socket(address.getAddress(), address.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole frame with its length. */
    static byte[] frame(int correlationId, short version, ApiMessage body) {
        ApiKeys api = ApiKeys.forId(body.apiKey());
        short headerVersion = api.requestHeaderVersion(version);
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId("test");
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        header.addSize(size, cache, headerVersion);
        body.addSize(size, cache, version);
        ByteBuffer frame = ByteBuffer.allocate(4 + size.totalSize()).putInt(size.totalSize());
        ByteBufferAccessor writer = new ByteBufferAccessor(frame);
        header.write(writer, cache, headerVersion);
        body.write(writer, cache, version);
        return frame.array();
    }

    TestClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    TestClient send(int correlationId, short version, ApiMessage body) throws IOException {
        return send(frame(correlationId, version, body));
    }

    /** The next response without its length. */
    byte[] receive() throws IOException {
        byte[] response = new byte[in.readInt()];
        in.readFully(response);
        return response;
    }

    /** Its size; the bytes are in the buffer. */
    int receive(byte[] buffer) throws IOException {
        int size = in.readInt();
        in.readFully(buffer, 0, size);
        return size;
    }

    int receiveCorrelationId() throws IOException {
        return ByteBuffer.wrap(receive()).getInt();
    }

    AbstractResponse receive(ApiKeys api, short version, int correlationId) throws IOException {
        return AbstractResponse.parseResponse(
                ByteBuffer.wrap(receive()), new RequestHeader(api, version, "test", correlationId));
    }

    /** True if the broker has closed the connection, with no byte before that. */
    boolean isClosedByBroker() throws IOException {
        try {
            in.readByte();
            return false;
        } catch (EOFException | SocketException closed) {
            return true;
        }
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
