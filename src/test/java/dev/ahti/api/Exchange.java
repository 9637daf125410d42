package dev.ahti.api;

import dev.ahti.protocol.RequestContext;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * A request and its response, both through the bytes of one version, so that a field that the version has not is found.
 */
public final class Exchange {
    private Exchange() {}

    public static RequestContext context(ApiKeys key, int version, String listener) {
        return new RequestContext(
                key,
                (short) version,
                1,
                "client",
                listener,
                InetSocketAddress.createUnresolved("client", 1),
                KafkaPrincipal.ANONYMOUS,
                System.nanoTime());
    }

    public static <R extends ApiMessage> R ask(
            ApiHandler<?> handler, int version, ApiMessage request, Class<R> response) {
        return ask(handler, FakeMetadata.LISTENER, version, request, response);
    }

    public static <R extends ApiMessage> R ask(
            ApiHandler<?> handler, String listener, int version, ApiMessage request, Class<R> response) {
        ApiHandlers dispatcher = ApiHandlers.create(java.util.List.of(handler));
        ApiMessage received = ApiMessageType.fromApiKey(handler.apiKey().id).newRequest();
        copy(request, received, version);
        CompletionStage<? extends ApiMessage> stage =
                dispatcher.dispatch(context(handler.apiKey(), version, listener), received);
        ApiMessage seen = ApiMessageType.fromApiKey(handler.apiKey().id).newResponse();
        copy(stage.toCompletableFuture().join(), seen, version);
        return response.cast(seen);
    }

    private static void copy(ApiMessage from, ApiMessage to, int version) {
        ByteBufferAccessor bytes = MessageUtil.toByteBufferAccessor(from, (short) version);
        to.read(bytes, (short) version);
        if (bytes.remaining() != 0) {
            throw new AssertionError(bytes.remaining() + " bytes left of " + from);
        }
    }

    /** Runs for each version that Kafka's clients and brokers know of this API. */
    public static void forEachVersion(ApiKeys key, java.util.function.IntConsumer test) {
        for (int version = key.oldestVersion(); version <= key.latestVersion(); version++) {
            test.accept(version);
        }
    }
}
