package dev.ahti.server;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ApiHandlers;
import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.ListenerViews;
import dev.ahti.api.RequestDispatcher;
import dev.ahti.api.cluster.ClusterHandlers;
import dev.ahti.api.groups.GroupHandlers;
import dev.ahti.api.groups.SettlingGroups;
import dev.ahti.api.records.RecordsApis;
import dev.ahti.api.topics.TopicHandlers;
import dev.ahti.api.virtual.AllBrokers;
import dev.ahti.api.virtual.LocalAnswers;
import dev.ahti.api.virtual.VirtualHandlers;
import dev.ahti.config.BrokerConfig;
import dev.ahti.group.GroupCoordinatorHost;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.network.forwarding.Forwarding;
import dev.ahti.replica.LocalReplicas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** One handler for each Kafka API, wired: those that clients of direct listeners reach, and those of virtual ones. */
final class Handlers {
    private final RequestDispatcher direct;
    private final RequestDispatcher virtual;
    private final Set<String> virtualListeners;
    private final RecordsApis records;

    private Handlers(
            RequestDispatcher direct, RequestDispatcher virtual, Set<String> virtualListeners, RecordsApis records) {
        this.direct = direct;
        this.virtual = virtual;
        this.virtualListeners = virtualListeners;
        this.records = records;
    }

    /** To be called before brokers connect. */
    static Forwarding forwarding(ActorSystem<?> system, BrokerPeers peers, BrokerConfig config) {
        return Forwarding.over(peers.connections(), !config.virtualListeners().isEmpty(), timer(system));
    }

    static Handlers create(
            ActorSystem<?> system,
            CurrentBrokerConfig current,
            MetadataClient metadata,
            LocalReplicas replicas,
            GroupCoordinatorHost groups,
            Forwarding forwarding) {
        BrokerConfig config = current.started();
        DeadlineTimer timer = timer(system);
        RecordsApis records = RecordsApis.create(
                replicas,
                metadata,
                config,
                timer,
                system.dispatchers().lookup(DispatcherSelector.fromConfig("ahti.network-dispatcher")),
                system.dispatchers().lookup(DispatcherSelector.fromConfig("ahti.log-dispatcher")));
        SettlingGroups settling = new SettlingGroups(
                Duration.ofMillis(config.intValue("ahti.group.settling.heartbeat.interval.ms")),
                Duration.ofMillis(config.intValue("group.consumer.heartbeat.interval.ms")),
                System::nanoTime);
        Function<ListenerViews, List<ApiHandler<?>>> local = views -> {
            List<ApiHandler<?>> handlers = new ArrayList<>(records.handlers());
            handlers.addAll(TopicHandlers.create(metadata, current, views));
            handlers.addAll(ClusterHandlers.create(metadata, replicas, config.dataDirectory(), views));
            handlers.addAll(GroupHandlers.create(
                    groups.coordinator(), groups::loaded, groups.topic(), settling, metadata, views));
            return handlers;
        };
        RequestDispatcher direct = ApiHandlers.create(local.apply(ListenerViews.direct(config.nodeId())));
        if (config.virtualListeners().isEmpty()) {
            forwarding.open(new LocalAnswers(replicas, direct));
            return new Handlers(direct, direct, Set.of(), records);
        }
        List<ApiHandler<?>> asOne = local.apply(ListenerViews.virtual(config.nodeId()));
        // What is handed on comes from clients of virtual listeners.
        LocalAnswers answers = new LocalAnswers(replicas, ApiHandlers.create(asOne));
        forwarding.open(answers);
        AllBrokers brokers = new AllBrokers(config.nodeId(), metadata::image, answers, forwarding.others());
        List<ApiHandler<?>> virtual =
                VirtualHandlers.over(asOne, records.fetchFrom(brokers), groups.topic()::partitionFor, brokers, timer);
        return new Handlers(direct, ApiHandlers.create(virtual), config.virtualListeners(), records);
    }

    private static DeadlineTimer timer(ActorSystem<?> system) {
        return DeadlineTimer.of(
                system.classicSystem().scheduler(), system.classicSystem().dispatcher());
    }

    /** What clients of the listener of this name reach. */
    RequestDispatcher of(String listener) {
        return virtualListeners.contains(listener) ? virtual : direct;
    }

    /** So that the first idempotent producer does not wait for the database. */
    void prefetch() {
        records.prefetchProducerIds();
    }
}
