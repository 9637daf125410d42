package dev.ahti.api.topics;

import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataClient.TopicResult;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * Creates topics because a client asked for their metadata. However many clients ask for a new topic at the same moment,
 * this node creates it once.
 */
final class TopicCreation {
    /** Well below the clients' 30 s, since the connection's later requests wait for it: the client asks again. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final MetadataClient metadata;
    private final Map<String, CompletableFuture<Errors>> underWay = new ConcurrentHashMap<>();

    TopicCreation(MetadataClient metadata) {
        this.metadata = metadata;
    }

    /** The outcome for each of these names, which are valid. Never fails. */
    CompletionStage<Map<String, Errors>> create(Collection<String> names) {
        Map<String, CompletableFuture<Errors>> mine = new HashMap<>();
        Map<String, CompletableFuture<Errors>> all = new HashMap<>();
        for (String name : names) {
            CompletableFuture<Errors> fresh = new CompletableFuture<>();
            CompletableFuture<Errors> earlier = underWay.putIfAbsent(name, fresh);
            all.put(name, earlier == null ? fresh : earlier);
            if (earlier == null) {
                mine.put(name, fresh);
            }
        }
        if (!mine.isEmpty()) {
            send(mine);
        }
        return CompletableFuture.allOf(all.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    Map<String, Errors> outcomes = new HashMap<>();
                    all.forEach((name, outcome) -> outcomes.put(name, outcome.join()));
                    return outcomes;
                });
    }

    private void send(Map<String, CompletableFuture<Errors>> topics) {
        List<NewTopic> asked = topics.keySet().stream()
                .map(name -> new NewTopic(name, -1, (short) -1, Map.of(), Map.of()))
                .toList();
        metadata.createTopics(asked, false, TIMEOUT).whenComplete((results, failure) -> {
            Map<String, Errors> errors = new HashMap<>();
            if (failure == null) {
                for (TopicResult result : results) {
                    errors.put(result.name(), result.error());
                }
            }
            Errors otherwise = failure == null ? Errors.UNKNOWN_SERVER_ERROR : Errors.forException(failure);
            topics.forEach((name, outcome) -> {
                underWay.remove(name);
                outcome.complete(errors.getOrDefault(name, otherwise));
            });
        });
    }
}
