package dev.ahti.api.records;

import dev.ahti.api.ApiHandler;
import dev.ahti.log.TimestampOffset;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.protocol.RequestContext;
import dev.ahti.replica.LocalReplica;
import dev.ahti.replica.LocalReplica.Leadership;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ListOffsets, versions 1 to 11, at the partition's leader. A new leader answers OFFSET_NOT_AVAILABLE (before version 5
 * LEADER_NOT_AVAILABLE) for what lies beyond its high watermark until that has passed its log end at election (KIP-207).
 *
 * <p>Without tiered storage, earliest local is earliest, and latest tiered and earliest pending upload are -1, as in Kafka.
 * Left out: requests by replicas, who are answered like consumers.
 */
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequestData> {
    private static final Logger log = LoggerFactory.getLogger(ListOffsetsHandler.class);
    private static final int NO_EPOCH = -1;
    private static final short FIRST_VERSION_WITH_EPOCH = 4;
    private static final short FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE = 5;

    private final Routing routing;
    private final Function<LocalReplica, PartitionOffsets> offsets;
    private final Executor fileReads;

    /** @param fileReads runs requests that search by time */
    ListOffsetsHandler(Routing routing, Function<LocalReplica, PartitionOffsets> offsets, Executor fileReads) {
        this.routing = routing;
        this.offsets = offsets;
        this.fileReads = fileReads;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_OFFSETS;
    }

    @Override
    public CompletionStage<ListOffsetsResponseData> handle(RequestContext context, ListOffsetsRequestData request) {
        boolean searches = request.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition ->
                        partition.timestamp() >= 0 || partition.timestamp() == ListOffsetsRequest.MAX_TIMESTAMP);
        return searches
                ? CompletableFuture.supplyAsync(() -> answer(context, request), fileReads)
                : CompletableFuture.completedFuture(answer(context, request));
    }

    private ListOffsetsResponseData answer(RequestContext context, ListOffsetsRequestData request) {
        ClusterImage image = routing.image();
        Set<PartitionFetch.Key> seen = new HashSet<>();
        Set<PartitionFetch.Key> twice = new HashSet<>();
        for (ListOffsetsTopic topic : request.topics()) {
            for (ListOffsetsPartition partition : topic.partitions()) {
                PartitionFetch.Key key = new PartitionFetch.Key(topic.name(), partition.partitionIndex());
                if (!seen.add(key)) {
                    twice.add(key);
                }
            }
        }
        boolean readCommitted = request.isolationLevel() == IsolationLevel.READ_COMMITTED.id();
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        for (ListOffsetsTopic asked : request.topics()) {
            TopicImage topic = image.topic(asked.name());
            ListOffsetsTopicResponse answers = new ListOffsetsTopicResponse().setName(asked.name());
            response.topics().add(answers);
            for (ListOffsetsPartition partition : asked.partitions()) {
                boolean duplicate = twice.contains(new PartitionFetch.Key(asked.name(), partition.partitionIndex()));
                answers.partitions()
                        .add(
                                duplicate
                                        ? failed(partition, Errors.INVALID_REQUEST, context.apiVersion())
                                        : answer(topic, partition, readCommitted, context.apiVersion()));
            }
        }
        return response;
    }

    private ListOffsetsPartitionResponse answer(
            TopicImage topic, ListOffsetsPartition partition, boolean readCommitted, short version) {
        if (!isSupported(partition.timestamp(), version)) {
            return failed(partition, Errors.UNSUPPORTED_VERSION, version);
        }
        LocalReplica replica = routing.replica(topic, partition.partitionIndex());
        if (replica == null) {
            return failed(partition, Routing.errorWithoutReplica(topic, partition.partitionIndex()), version);
        }
        Leadership leadership = replica.leadership();
        Errors error = Routing.checkLeadership(leadership, partition.currentLeaderEpoch());
        if (error != Errors.NONE) {
            return failed(partition, error, version);
        }
        try {
            return find(offsets.apply(replica), leadership, partition, readCommitted, version);
        } catch (IOException e) {
            log.error("searching {} for time {} failed", replica.id(), partition.timestamp(), e);
            return failed(partition, Errors.KAFKA_STORAGE_ERROR, version);
        } catch (RuntimeException e) {
            log.warn("searching {} for time {} failed", replica.id(), partition.timestamp(), e);
            return failed(partition, Errors.forException(e), version);
        }
    }

    /** Which of the special times a version knows; any version knows real ones. */
    private static boolean isSupported(long timestamp, short version) {
        if (timestamp >= 0) {
            return true;
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP || timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
            return true;
        }
        if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
            return version >= 7;
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            return version >= 8;
        }
        if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP) {
            return version >= 9;
        }
        return timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP && version >= 11;
    }

    private static ListOffsetsPartitionResponse find(
            PartitionOffsets offsets,
            Leadership leadership,
            ListOffsetsPartition partition,
            boolean readCommitted,
            short version)
            throws IOException {
        long highWatermark = leadership.highWatermark();
        long end = readCommitted ? offsets.lastStableOffset(highWatermark) : highWatermark;
        boolean behind = highWatermark < leadership.epochStartOffset();
        long timestamp = partition.timestamp();
        if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
            return behind
                    ? failed(partition, Errors.OFFSET_NOT_AVAILABLE, version)
                    : found(partition, new TimestampOffset(-1, end, leadership.leaderEpoch()), version);
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            long start = offsets.logStartOffset();
            return found(partition, new TimestampOffset(-1, start, offsets.epochOf(start)), version);
        }
        if (timestamp < 0 && timestamp != ListOffsetsRequest.MAX_TIMESTAMP) {
            return found(partition, new TimestampOffset(-1, -1, NO_EPOCH), version);
        }
        Optional<TimestampOffset> record = timestamp == ListOffsetsRequest.MAX_TIMESTAMP
                ? offsets.maxTimestamp()
                : offsets.offsetForTimestamp(timestamp, Long.MAX_VALUE);
        if (record.isPresent() && record.get().offset() < end) {
            return found(partition, record.get(), version);
        }
        return behind ? failed(partition, Errors.OFFSET_NOT_AVAILABLE, version) : place(partition);
    }

    private static ListOffsetsPartitionResponse found(
            ListOffsetsPartition partition, TimestampOffset record, short version) {
        ListOffsetsPartitionResponse place =
                place(partition).setTimestamp(record.timestampMs()).setOffset(record.offset());
        return version >= FIRST_VERSION_WITH_EPOCH ? place.setLeaderEpoch(record.leaderEpoch()) : place;
    }

    private static ListOffsetsPartitionResponse failed(ListOffsetsPartition partition, Errors error, short version) {
        Errors told = error == Errors.OFFSET_NOT_AVAILABLE && version < FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE
                ? Errors.LEADER_NOT_AVAILABLE
                : error;
        return place(partition).setErrorCode(told.code());
    }

    /** With offset, timestamp and epoch at -1: nothing found. */
    private static ListOffsetsPartitionResponse place(ListOffsetsPartition partition) {
        return new ListOffsetsPartitionResponse().setPartitionIndex(partition.partitionIndex());
    }
}
