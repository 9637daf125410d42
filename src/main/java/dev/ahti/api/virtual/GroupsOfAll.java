package dev.ahti.api.virtual;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.Errors;

/**
 * The groups of all brokers as those of one. Where a broker does not answer, or cannot yet, the client is told to ask again:
 * it would take a part of the groups for all of them.
 */
final class GroupsOfAll {
    private GroupsOfAll() {}

    static ListGroupsResponseData merge(ListGroupsRequestData request, Map<Integer, ListGroupsResponseData> answers) {
        // A group that is on its way from one broker to another may be at both.
        Map<String, ListedGroup> groups = new TreeMap<>();
        for (ListGroupsResponseData answer : answers.values()) {
            Errors error = answer == null ? Errors.COORDINATOR_NOT_AVAILABLE : Errors.forCode(answer.errorCode());
            if (error != Errors.NONE) {
                return new ListGroupsResponseData().setErrorCode(error.code());
            }
            answer.groups().forEach(group -> groups.put(group.groupId(), group));
        }
        ListGroupsResponseData merged = new ListGroupsResponseData();
        merged.groups().addAll(groups.values());
        return merged;
    }
}
