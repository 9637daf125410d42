package dev.ahti.api.virtual;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.DeadlineTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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

    /** @param fetch has ways of its own to ask several leaders */
    public static List<ApiHandler<?>> over(
            List<ApiHandler<?>> local, ApiHandler<?> fetch, AllBrokers brokers, DeadlineTimer timer) {
        Map<ApiKeys, ApiHandler<?>> instead = List.of(
                        fetch,
                        new ByLeader<>(ApiKeys.PRODUCE, new ProduceSplit(), brokers, timer),
                        new ByLeader<>(ApiKeys.LIST_OFFSETS, new ListOffsetsSplit(), brokers, timer),
                        new ByLeader<>(
                                ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochSplit(), brokers, timer),
                        new ByLeader<>(ApiKeys.DELETE_RECORDS, new DeleteRecordsSplit(), brokers, timer),
                        new OnAllBrokers<DescribeLogDirsRequestData, DescribeLogDirsResponseData>(
                                ApiKeys.DESCRIBE_LOG_DIRS, brokers, LogDirsOfAll::merge),
                        new LoggersOfAll(brokers))
                .stream()
                .collect(Collectors.toMap(ApiHandler::apiKey, Function.identity()));
        List<ApiHandler<?>> all = new ArrayList<>();
        local.forEach(handler -> all.add(instead.getOrDefault(handler.apiKey(), handler)));
        return all;
    }
}
