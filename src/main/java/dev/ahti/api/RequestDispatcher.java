package dev.ahti.api;

import dev.ahti.protocol.RequestContext;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/** Finds the handler of a request. What a connection sees of this package. */
public interface RequestDispatcher {

    /**
     * The response, or a stage of null where none is sent. Fails with {@link CloseConnection} alone: other failures have
     * become Kafka errors.
     */
    CompletionStage<? extends ApiMessage> dispatch(RequestContext context, ApiMessage request);
}
