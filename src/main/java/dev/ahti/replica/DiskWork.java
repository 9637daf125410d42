package dev.ahti.replica;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** Work of an actor that may block on the disk: done on threads made for it, its end comes back as a message. */
final class DiskWork<M> {
    private final ActorContext<M> context;
    private final Executor executor;

    DiskWork(ActorContext<M> context, Executor executor) {
        this.context = context;
        this.executor = executor;
    }

    /** @param message made of the result, which is null after a failure, and the failure, or null */
    <T> void run(Work<T> work, Outcome<T, M> message) {
        CompletableFuture<T> done = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.run();
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                executor);
        context.pipeToSelf(done, message::message);
    }

    interface Work<T> {
        T run() throws IOException;
    }

    interface Outcome<T, M> {
        M message(T result, Throwable failure);
    }
}
