package dev.ahti.api.virtual;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/** Has parts of requests answered by other brokers. */
public interface OtherBrokers {

    /**
     * The broker's response, null where it has none (produce with acks 0). Fails with {@link NothingDone}, with {@link
     * OutcomeUnknown}, or with {@link dev.ahti.api.CloseConnection}; never stays without an end.
     */
    CompletionStage<ApiMessage> ask(int broker, Part part);
}
