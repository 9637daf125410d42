package dev.ahti.api.records;

import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.ProducerIds;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer ids that this broker may hand out. Reserves the next block when half of the current one is gone, so that
 * new producers start while the database is away (leadership page, rule 20). Ids of a block that was not used up before a
 * restart are never handed out.
 */
final class ProducerIdBlocks {
    private static final Logger log = LoggerFactory.getLogger(ProducerIdBlocks.class);
    private static final Duration RESERVE_TIMEOUT = Duration.ofSeconds(5);
    private static final ProducerIds NONE = new ProducerIds(Errors.NONE, 0, 0);

    private final MetadataClient metadata;
    private final Deque<CompletableFuture<OptionalLong>> waiting = new ArrayDeque<>();
    private ProducerIds current = NONE;
    private ProducerIds following = NONE;
    private int used;
    private boolean reserving;

    ProducerIdBlocks(MetadataClient metadata) {
        this.metadata = metadata;
    }

    /** An id, or empty where there is none and none can be reserved now. */
    CompletionStage<OptionalLong> next() {
        CompletableFuture<OptionalLong> answer = new CompletableFuture<>();
        boolean reserve;
        synchronized (this) {
            OptionalLong id = take();
            if (id.isPresent()) {
                answer.complete(id);
            } else {
                waiting.add(answer);
            }
            reserve = mustReserve();
        }
        if (reserve) {
            reserve();
        }
        return answer;
    }

    /** Has a block reserved before the first producer asks. */
    void prefetch() {
        boolean reserve;
        synchronized (this) {
            reserve = mustReserve();
        }
        if (reserve) {
            reserve();
        }
    }

    private OptionalLong take() {
        if (used == current.count()) {
            current = following;
            following = NONE;
            used = 0;
        }
        return used == current.count() ? OptionalLong.empty() : OptionalLong.of(current.firstId() + used++);
    }

    private boolean mustReserve() {
        boolean needed = !reserving && following.count() == 0 && used * 2 >= current.count();
        reserving |= needed;
        return needed;
    }

    private void reserve() {
        metadata.reserveProducerIds(RESERVE_TIMEOUT).whenComplete((block, failure) -> {
            boolean failed = failure != null || block.error() != Errors.NONE || block.count() <= 0;
            if (failed) {
                log.warn("no producer ids reserved: {}", failure == null ? block.error() : failure);
            }
            reserved(failed ? NONE : block);
        });
    }

    /** Answers outside the lock: whoever waits may ask for the next id at once. */
    private void reserved(ProducerIds block) {
        Deque<CompletableFuture<OptionalLong>> ready = new ArrayDeque<>();
        Deque<OptionalLong> answers = new ArrayDeque<>();
        boolean reserve;
        synchronized (this) {
            reserving = false;
            following = block;
            while (!waiting.isEmpty()) {
                OptionalLong id = take();
                if (id.isEmpty() && block.count() > 0) {
                    break;
                }
                ready.add(waiting.poll());
                answers.add(id);
            }
            reserve = !waiting.isEmpty() && mustReserve();
        }
        if (reserve) {
            reserve();
        }
        while (!ready.isEmpty()) {
            ready.poll().complete(answers.poll());
        }
    }
}
