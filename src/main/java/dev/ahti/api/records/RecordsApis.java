package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.config.BrokerConfig;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplicas;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** The handlers of the APIs that read and write records, wired. */
public final class RecordsApis {
    private final List<ApiHandler<?>> handlers;
    private final ProducerIdBlocks producerIds;

    private RecordsApis(List<ApiHandler<?>> handlers, ProducerIdBlocks producerIds) {
        this.handlers = handlers;
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
        Routing routing = new Routing(replicas, metadata::image);
        Function<LocalReplica, PartitionOffsets> offsets = replica -> PartitionOffsets.of(replica.log());
        FetchSessions sessions = new FetchSessions(
                config.intValue("max.incremental.fetch.session.cache.slots"), System::currentTimeMillis);
        ProducerIdBlocks producerIds = new ProducerIdBlocks(metadata);
        return new RecordsApis(
                List.of(
                        new ProduceHandler(routing),
                        new FetchHandler(routing, sessions, config.intValue("fetch.max.bytes"), timer, wakeUps),
                        new ListOffsetsHandler(routing, offsets, fileReads),
                        new OffsetForLeaderEpochHandler(routing, offsets),
                        new InitProducerIdHandler(producerIds),
                        new DeleteRecordsHandler(routing, config::topicConfig)),
                producerIds);
    }

    public List<ApiHandler<?>> handlers() {
        return handlers;
    }

    /** Reserves the first block of producer ids; to be called once the broker is registered. */
    public void prefetchProducerIds() {
        producerIds.prefetch();
    }
}
