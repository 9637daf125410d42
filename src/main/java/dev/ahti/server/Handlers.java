package dev.ahti.server;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.api.cluster.ClusterHandlers;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.records.RecordsApis;
import dev.ahti.api.topics.TopicHandlers;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.replica.LocalReplicas;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** One handler for each Kafka API, wired. */
final class Handlers {
    private final List<ApiHandler<?>> all = new ArrayList<>();
    private final RecordsApis records;

    private Handlers(RecordsApis records) {
        this.records = records;
    }

    static Handlers create(
            ActorSystem<?> system, CurrentBrokerConfig current, MetadataClient metadata, LocalReplicas replicas) {
        BrokerConfig config = current.started();
        DeadlineTimer timer = DeadlineTimer.of(
                system.classicSystem().scheduler(), system.classicSystem().dispatcher());
        Handlers handlers = new Handlers(RecordsApis.create(
                replicas,
                metadata,
                config,
                timer,
                system.classicSystem().dispatcher(),
                system.dispatchers().lookup(DispatcherSelector.fromConfig("ahti.log-dispatcher"))));
        handlers.all.addAll(handlers.records.handlers());
        handlers.all.addAll(TopicHandlers.create(metadata, current));
        handlers.all.addAll(ClusterHandlers.create(metadata, replicas, config));
        return handlers;
    }

    List<ApiHandler<?>> all() {
        return all;
    }

    /** So that the first idempotent producer does not wait for the database. */
    void prefetch() {
        records.prefetchProducerIds();
    }
}
