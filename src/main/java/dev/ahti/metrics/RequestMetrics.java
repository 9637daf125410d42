package dev.ahti.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.protocol.ApiKeys;

/** What connections count: requests of each Kafka API, and the connections themselves. Totals since the start. */
public final class RequestMetrics {
    private final Map<ApiKeys, Api> apis = new EnumMap<>(ApiKeys.class);

    public final LongAdder connectionsOpened = new LongAdder();
    public final LongAdder connectionsClosed = new LongAdder();
    /** Connections closed because they sent what is no request. */
    public final LongAdder connectionsRefused = new LongAdder();

    public RequestMetrics() {
        for (ApiKeys api : ApiKeys.values()) {
            apis.put(api, new Api());
        }
    }

    public Api of(ApiKeys api) {
        return apis.get(api);
    }

    public long openConnections() {
        return connectionsOpened.sum() - connectionsClosed.sum();
    }

    /** One Kafka API. {@code latencies} are the times from the last byte received to the response being ready to be sent. */
    public static final class Api {
        public final LongAdder requests = new LongAdder();
        public final LongAdder requestBytes = new LongAdder();
        public final LongAdder responseBytes = new LongAdder();
        public final Latencies latencies = new Latencies();

        private Api() {}
    }
}
