package dev.ahti.api.virtual;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.DeadlineTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What clients of a virtual listener reach: the handlers of this broker, and in the place of those that answer only for
 * what this broker has, others that answer for the cluster.
 */
public final class VirtualHandlers {
    private VirtualHandlers() {}

    /**
     * @param fetch has ways of its own to ask several leaders
     * @param slotOf the partition of {@code __consumer_offsets} that a group belongs to
     */
    public static List<ApiHandler<?>> over(
            List<ApiHandler<?>> local,
            ApiHandler<?> fetch,
            ToIntFunction<String> slotOf,
            AllBrokers brokers,
            DeadlineTimer timer) {
        List<ApiHandler<?>> ofTheCluster = new ArrayList<>(List.of(
                fetch,
                new ByLeader<>(ApiKeys.PRODUCE, new ProduceSplit(brokers.refused()), brokers, timer),
                new ByLeader<>(ApiKeys.LIST_OFFSETS, new ListOffsetsSplit(), brokers, timer),
                new ByLeader<>(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochSplit(), brokers, timer),
                new ByLeader<>(ApiKeys.DELETE_RECORDS, new DeleteRecordsSplit(), brokers, timer),
                new OnAllBrokers<DescribeLogDirsRequestData, DescribeLogDirsResponseData>(
                        ApiKeys.DESCRIBE_LOG_DIRS, brokers, LogDirsOfAll::merge),
                new LoggersOfAll(brokers)));
        ofTheCluster.addAll(new GroupsByCoordinator(slotOf, brokers, timer).handlers());
        Map<ApiKeys, ApiHandler<?>> instead =
                ofTheCluster.stream().collect(Collectors.toMap(ApiHandler::apiKey, Function.identity()));
        List<ApiHandler<?>> all = new ArrayList<>();
        local.forEach(handler -> all.add(instead.getOrDefault(handler.apiKey(), handler)));
        return all;
    }
}
