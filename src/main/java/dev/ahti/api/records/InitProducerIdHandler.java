package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.protocol.RequestContext;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * InitProducerId, versions 0 to 5, at any broker: a new producer id with epoch 0, also for a producer that names the one
 * that it has (KIP-360: without a transactional id Kafka too gives a new one).
 *
 * <p>Left out: transactions. A transactional id is answered like by a cluster whose transaction coordinators are all away,
 * COORDINATOR_NOT_AVAILABLE. An empty one is INVALID_REQUEST, as in Kafka.
 */
public final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequestData> {
    private final ProducerIdBlocks ids;

    InitProducerIdHandler(ProducerIdBlocks ids) {
        this.ids = ids;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.INIT_PRODUCER_ID;
    }

    @Override
    public CompletionStage<InitProducerIdResponseData> handle(
            RequestContext context, InitProducerIdRequestData request) {
        boolean hasId = request.producerId() != RecordBatch.NO_PRODUCER_ID;
        boolean hasEpoch = request.producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH;
        if (hasId != hasEpoch) {
            return CompletableFuture.completedFuture(failed(Errors.INVALID_REQUEST));
        }
        if (request.transactionalId() != null) {
            return CompletableFuture.completedFuture(failed(
                    request.transactionalId().isEmpty() ? Errors.INVALID_REQUEST : Errors.COORDINATOR_NOT_AVAILABLE));
        }
        return ids.next().thenApply(InitProducerIdHandler::answer);
    }

    private static InitProducerIdResponseData answer(OptionalLong id) {
        // What Kafka says while it waits for its next block; clients ask again.
        return id.isPresent()
                ? new InitProducerIdResponseData().setProducerId(id.getAsLong()).setProducerEpoch((short) 0)
                : failed(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    }

    private static InitProducerIdResponseData failed(Errors error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(RecordBatch.NO_PRODUCER_ID)
                .setProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH);
    }
}
