package dev.ahti.api.groups;

import dev.ahti.protocol.RequestContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * What the groups that this broker coordinates have committed, for people who look and not for clients. One group after the
 * other, so that no commit waits for more than one of them.
 */
public final class CommittedOffsets {
    private static final String NOBODY = "ahti-lag";

    private final GroupCoordinator coordinator;
    private final Executor executor;

    /** In Kafka's words: a type such as Consumer, a state such as Stable. */
    public record Group(
            String name, String type, String protocolType, String state, Map<TopicPartition, Long> offsets) {}

    /** @param executor goes on from group to group */
    public CommittedOffsets(GroupCoordinator coordinator, Executor executor) {
        this.coordinator = coordinator;
        this.executor = executor;
    }

    /** Fails where this broker may be cut off. A group that moves away meanwhile is left out. */
    public CompletionStage<List<Group>> all() {
        return coordinator
                .listGroups(context(ApiKeys.LIST_GROUPS), new ListGroupsRequestData())
                .thenCompose(listed -> new Round(listed).begin());
    }

    private static GroupRequestContext context(ApiKeys api) {
        return new GroupRequestContext(new RequestContext(
                api,
                api.latestVersion(),
                0,
                NOBODY,
                NOBODY,
                new InetSocketAddress(0),
                KafkaPrincipal.ANONYMOUS,
                System.nanoTime()));
    }

    private final class Round {
        private final Iterator<ListedGroup> left;
        private final List<Group> done = new ArrayList<>();
        private final CompletableFuture<List<Group>> all = new CompletableFuture<>();

        Round(ListGroupsResponseData listed) {
            left = listed.groups().iterator();
        }

        CompletableFuture<List<Group>> begin() {
            next();
            return all;
        }

        private void next() {
            if (!left.hasNext()) {
                all.complete(done);
                return;
            }
            ListedGroup group = left.next();
            coordinator
                    .fetchOffsets(
                            context(ApiKeys.OFFSET_FETCH),
                            new OffsetFetchRequestGroup()
                                    .setGroupId(group.groupId())
                                    .setTopics(null), // all
                            false)
                    .whenCompleteAsync(
                            (fetched, failure) -> {
                                if (failure == null && fetched.errorCode() == Errors.NONE.code()) {
                                    done.add(of(group, fetched));
                                }
                                next();
                            },
                            executor);
        }
    }

    private static Group of(ListedGroup group, OffsetFetchResponseGroup fetched) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        fetched.topics().forEach(topic -> topic.partitions().stream()
                .filter(each -> each.committedOffset() >= 0)
                .forEach(each ->
                        offsets.put(new TopicPartition(topic.name(), each.partitionIndex()), each.committedOffset())));
        return new Group(group.groupId(), group.groupType(), group.protocolType(), group.groupState(), offsets);
    }
}
