package dev.ahti.server;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.ApiHandlers;
import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.ListenerViews;
import dev.ahti.api.cluster.ClusterHandlers;
import dev.ahti.api.groups.GroupHandlers;
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
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** One handler for each Kafka API, wired. */
final class Handlers {
    private final List<ApiHandler<?>> all;
    private final RecordsApis records;

    private Handlers(List<ApiHandler<?>> all, RecordsApis records) {
        this.all = all;
        this.records = records;
    }

    /** To be called before brokers connect. */
    static Forwarding forwarding(ActorSystem<?> system, BrokerPeers peers, BrokerConfig config) {
        return Forwarding.over(peers.connections(), ListenerViews.of(config).isVirtual(), timer(system));
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
        List<ApiHandler<?>> local = new ArrayList<>(records.handlers());
        local.addAll(TopicHandlers.create(metadata, current));
        local.addAll(ClusterHandlers.create(metadata, replicas, config));
        ListenerViews views = ListenerViews.of(config);
        local.addAll(GroupHandlers.create(groups.coordinator(), groups.topic(), metadata, views));
        LocalAnswers answers = new LocalAnswers(replicas, ApiHandlers.create(local));
        forwarding.open(answers);
        if (!views.isVirtual()) {
            return new Handlers(local, records);
        }
        AllBrokers brokers = new AllBrokers(config.nodeId(), metadata::image, answers, forwarding.others());
        return new Handlers(
                VirtualHandlers.over(local, records.fetchFrom(brokers), groups.topic()::partitionFor, brokers, timer),
                records);
    }

    private static DeadlineTimer timer(ActorSystem<?> system) {
        return DeadlineTimer.of(
                system.classicSystem().scheduler(), system.classicSystem().dispatcher());
    }

    /** What clients reach. */
    List<ApiHandler<?>> all() {
        return all;
    }

    /** So that the first idempotent producer does not wait for the database. */
    void prefetch() {
        records.prefetchProducerIds();
    }
}
