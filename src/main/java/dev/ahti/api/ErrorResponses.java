package dev.ahti.api;

import dev.ahti.protocol.RequestContext;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The response to a request that failed as a whole: Kafka's error for the exception in every place of the response that
 * the request asks for. Which places these are is Kafka's own knowledge ({@code AbstractRequest.getErrorResponse}).
 */
public final class ErrorResponses {
    private static final Logger log = LoggerFactory.getLogger(ErrorResponses.class);

    private ErrorResponses() {}

    /**
     * An exception that is none of Kafka's is UNKNOWN_SERVER_ERROR, and logged.
     *
     * @throws CloseConnection where there is no response to say it in (produce with acks 0)
     */
    public static ApiMessage of(RequestContext context, ApiMessage request, Throwable failure) {
        Throwable cause = Errors.maybeUnwrapException(failure);
        if (cause instanceof CloseConnection close) {
            throw close;
        }
        if (Errors.forException(cause) == Errors.UNKNOWN_SERVER_ERROR) {
            log.error(
                    "{} v{} from {} ({}) failed",
                    context.apiKey(),
                    context.apiVersion(),
                    context.client(),
                    context.clientId(),
                    cause);
        }
        AbstractResponse response = parsed(context, request).getErrorResponse(0, cause);
        if (response == null) {
            throw new CloseConnection(cause.toString());
        }
        return response.data();
    }

    /** Kafka's request classes are only made from bytes in a uniform way: fine for what should be rare. */
    private static AbstractRequest parsed(RequestContext context, ApiMessage request) {
        short version = context.apiVersion();
        return AbstractRequest.parseRequest(
                        context.apiKey(), version, MessageUtil.toByteBufferAccessor(request, version))
                .request;
    }
}
