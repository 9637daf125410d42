package dev.ahti.api.virtual;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.OffsetFetchRequest;

/**
 * What the requests of one API say of groups. Answers come in no order, as from Kafka's coordinator.
 *
 * @param <Q> the request
 * @param <R> the response
 */
interface GroupRequests<Q extends ApiMessage, R extends ApiMessage> {
    /** Kafka's coordinator gives up a write after five seconds; clients wait for thirty at least. */
    long USUAL_LIMIT_MS = 15_000;

    Collection<String> groups(Q request, short version);

    /** The part of it that is about these groups, where there are several. */
    Q only(Q request, Predicate<String> groups);

    /** Two answers or more. */
    R merge(List<R> answers);

    default long limitMs(Q request) {
        return USUAL_LIMIT_MS;
    }

    /** False where later requests must not overtake it. */
    default boolean mayBeginLate() {
        return true;
    }

    default boolean mayRepeat() {
        return true;
    }

    /** Always about one group. */
    record OfOneGroup<Q extends ApiMessage, R extends ApiMessage>(
            Function<Q, String> group, ToLongFunction<Q> limit, boolean mayBeginLate, boolean mayRepeat)
            implements GroupRequests<Q, R> {

        static <Q extends ApiMessage, R extends ApiMessage> OfOneGroup<Q, R> repeatable(Function<Q, String> group) {
            return new OfOneGroup<>(group, request -> USUAL_LIMIT_MS, true, true);
        }

        /** Begun late, too, where nobody has begun it. */
        static <Q extends ApiMessage, R extends ApiMessage> OfOneGroup<Q, R> onlyOnce(Function<Q, String> group) {
            return new OfOneGroup<>(group, request -> USUAL_LIMIT_MS, true, false);
        }

        /** As those that change what a later one changes again. */
        static <Q extends ApiMessage, R extends ApiMessage> OfOneGroup<Q, R> inOrder(Function<Q, String> group) {
            return new OfOneGroup<>(group, request -> USUAL_LIMIT_MS, false, false);
        }

        OfOneGroup<Q, R> within(ToLongFunction<Q> newLimit) {
            return new OfOneGroup<>(group, newLimit, mayBeginLate, mayRepeat);
        }

        @Override
        public Collection<String> groups(Q request, short version) {
            return List.of(group.apply(request));
        }

        @Override
        public Q only(Q request, Predicate<String> groups) {
            return request;
        }

        @Override
        public R merge(List<R> answers) {
            throw new IllegalStateException("one group has one coordinator");
        }

        @Override
        public long limitMs(Q request) {
            return limit.applyAsLong(request);
        }
    }

    final class OffsetFetches implements GroupRequests<OffsetFetchRequestData, OffsetFetchResponseData> {
        @Override
        public Collection<String> groups(OffsetFetchRequestData request, short version) {
            return version < OffsetFetchRequest.BATCH_MIN_VERSION
                    ? List.of(request.groupId())
                    : request.groups().stream()
                            .map(OffsetFetchRequestGroup::groupId)
                            .toList();
        }

        @Override
        public OffsetFetchRequestData only(OffsetFetchRequestData request, Predicate<String> groups) {
            return new OffsetFetchRequestData()
                    .setRequireStable(request.requireStable())
                    .setGroups(request.groups().stream()
                            .filter(each -> groups.test(each.groupId()))
                            .toList());
        }

        @Override
        public OffsetFetchResponseData merge(List<OffsetFetchResponseData> answers) {
            return new OffsetFetchResponseData().setGroups(all(answers, OffsetFetchResponseData::groups));
        }
    }

    final class Descriptions implements GroupRequests<DescribeGroupsRequestData, DescribeGroupsResponseData> {
        @Override
        public Collection<String> groups(DescribeGroupsRequestData request, short version) {
            return request.groups();
        }

        @Override
        public DescribeGroupsRequestData only(DescribeGroupsRequestData request, Predicate<String> groups) {
            return new DescribeGroupsRequestData()
                    .setIncludeAuthorizedOperations(request.includeAuthorizedOperations())
                    .setGroups(request.groups().stream().filter(groups).toList());
        }

        @Override
        public DescribeGroupsResponseData merge(List<DescribeGroupsResponseData> answers) {
            return new DescribeGroupsResponseData().setGroups(all(answers, DescribeGroupsResponseData::groups));
        }
    }

    final class ConsumerGroupDescriptions
            implements GroupRequests<ConsumerGroupDescribeRequestData, ConsumerGroupDescribeResponseData> {
        @Override
        public Collection<String> groups(ConsumerGroupDescribeRequestData request, short version) {
            return request.groupIds();
        }

        @Override
        public ConsumerGroupDescribeRequestData only(
                ConsumerGroupDescribeRequestData request, Predicate<String> groups) {
            return new ConsumerGroupDescribeRequestData()
                    .setIncludeAuthorizedOperations(request.includeAuthorizedOperations())
                    .setGroupIds(request.groupIds().stream().filter(groups).toList());
        }

        @Override
        public ConsumerGroupDescribeResponseData merge(List<ConsumerGroupDescribeResponseData> answers) {
            return new ConsumerGroupDescribeResponseData()
                    .setGroups(all(answers, ConsumerGroupDescribeResponseData::groups));
        }
    }

    final class Deletions implements GroupRequests<DeleteGroupsRequestData, DeleteGroupsResponseData> {
        @Override
        public Collection<String> groups(DeleteGroupsRequestData request, short version) {
            return request.groupsNames();
        }

        @Override
        public DeleteGroupsRequestData only(DeleteGroupsRequestData request, Predicate<String> groups) {
            return new DeleteGroupsRequestData()
                    .setGroupsNames(
                            request.groupsNames().stream().filter(groups).toList());
        }

        @Override
        public DeleteGroupsResponseData merge(List<DeleteGroupsResponseData> answers) {
            DeleteGroupsResponseData merged = new DeleteGroupsResponseData();
            // An element can be in one collection only.
            answers.forEach(
                    answer -> answer.results().forEach(each -> merged.results().mustAdd(each.duplicate())));
            return merged;
        }

        /** Done twice, it would find nothing to delete. */
        @Override
        public boolean mayRepeat() {
            return false;
        }
    }

    private static <R, A> List<A> all(List<R> answers, Function<R, List<A>> groups) {
        List<A> all = new ArrayList<>();
        answers.forEach(answer -> all.addAll(groups.apply(answer)));
        return all;
    }
}
