package dev.ahti.api.records;

import dev.ahti.protocol.HoldsMemory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.FetchResponseData;

/** A fetch response with records that other brokers have read. */
final class HeldFetchResponse extends FetchResponseData implements HoldsMemory {
    private final FetchMemory memory;
    private final int bytes;
    private final AtomicBoolean released = new AtomicBoolean();

    HeldFetchResponse(FetchResponseData response, FetchMemory memory, int bytes) {
        this.memory = memory;
        this.bytes = bytes;
        setErrorCode(response.errorCode());
        setSessionId(response.sessionId());
        setResponses(response.responses());
    }

    @Override
    public void release() {
        if (!released.getAndSet(true)) {
            memory.release(bytes);
        }
    }
}
