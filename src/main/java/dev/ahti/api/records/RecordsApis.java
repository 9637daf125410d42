package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.DeadlineTimer;
import dev.ahti.api.virtual.AllBrokers;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplicas;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** The handlers of the APIs that read and write records, wired. */
public final class RecordsApis {
    /** For records that other brokers have read for clients of this one. */
    private static final int PART_OF_HEAP = 16;

    private final List<ApiHandler<?>> handlers;
    private final Function<AllBrokers, ApiHandler<?>> virtualFetch;
    private final ProducerIdBlocks producerIds;

    private RecordsApis(
            List<ApiHandler<?>> handlers,
            Function<AllBrokers, ApiHandler<?>> virtualFetch,
            ProducerIdBlocks producerIds) {
        this.handlers = handlers;
        this.virtualFetch = virtualFetch;
        this.producerIds = producerIds;
    }

    /**
     * @param wakeUps runs fetches that waited; short work, so the default dispatcher will do
     * @param fileReads runs searches in segment files, which may wait for the disk
     */
    public static RecordsApis create(
            LocalReplicas replicas,
            MetadataClient metadata,
            BrokerConfig config,
            DeadlineTimer timer,
            Executor wakeUps,
            Executor fileReads) {
        Routing routing = new Routing(config.nodeId(), replicas, metadata::image, timer);
        Function<LocalReplica, PartitionOffsets> offsets = replica -> PartitionOffsets.of(replica.log());
        int slots = config.intValue("max.incremental.fetch.session.cache.slots");
        int fetchMaxBytes = config.intValue("fetch.max.bytes");
        FetchHandler fetch = new FetchHandler(
                routing, new FetchSessions(slots, System::currentTimeMillis), fetchMaxBytes, timer, wakeUps);
        FetchSessions virtualSessions =
                new FetchSessions(slots, System::currentTimeMillis, FetchSessions.idsOf(config.nodeId()));
        FetchMemory memory = new FetchMemory(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        ProducerIdBlocks producerIds = new ProducerIdBlocks(metadata);
        return new RecordsApis(
                List.of(
                        new ProduceHandler(routing),
                        fetch,
                        new ListOffsetsHandler(routing, offsets, fileReads),
                        new OffsetForLeaderEpochHandler(routing, offsets),
                        new InitProducerIdHandler(producerIds),
                        new DeleteRecordsHandler(routing, config::topicConfig)),
                brokers -> new FetchByLeader(fetch, virtualSessions, fetchMaxBytes, brokers, memory, timer),
                producerIds);
    }

    public List<ApiHandler<?>> handlers() {
        return handlers;
    }

    /** Fetch for clients who see all brokers as one. */
    public ApiHandler<?> fetchFrom(AllBrokers brokers) {
        return virtualFetch.apply(brokers);
    }

    /** Reserves the first block of producer ids; to be called once the broker is registered. */
    public void prefetchProducerIds() {
        producerIds.prefetch();
    }
}
