package dev.ahti.api;

import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Answers one Kafka API: one class each. Called on a network thread, so it neither blocks nor computes for long.
 *
 * @param <Q> the generated request type of {@link #apiKey()}
 */
public interface ApiHandler<Q extends ApiMessage> {

    ApiKeys apiKey();

    /**
     * The response, or a stage of null where none is sent (produce with acks 0). A stage that fails, or an exception
     * thrown, is answered with its Kafka error in every place of the response; {@link CloseConnection} closes the
     * connection instead.
     */
    CompletionStage<? extends ApiMessage> handle(RequestContext context, Q request);
}
