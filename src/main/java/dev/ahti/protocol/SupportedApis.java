package dev.ahti.protocol;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The table of Kafka APIs that this broker serves, with the versions of each: what ApiVersions advertises and what a
 * connection accepts. Versions are those of Apache Kafka 4.3.1 (the floor is KIP-896's); an API that is not in the table
 * is neither advertised nor accepted.
 */
public final class SupportedApis {
    private static final Map<ApiKeys, Versions> TABLE = new EnumMap<>(ApiKeys.class);

    static {
        serve(ApiKeys.PRODUCE, 3, 13);
        serve(ApiKeys.FETCH, 4, 18);
        serve(ApiKeys.LIST_OFFSETS, 1, 11);
        serve(ApiKeys.METADATA, 0, 13);
        serve(ApiKeys.OFFSET_COMMIT, 2, 10);
        serve(ApiKeys.OFFSET_FETCH, 1, 10);
        serve(ApiKeys.FIND_COORDINATOR, 0, 6);
        serve(ApiKeys.JOIN_GROUP, 0, 9);
        serve(ApiKeys.HEARTBEAT, 0, 4);
        serve(ApiKeys.LEAVE_GROUP, 0, 5);
        serve(ApiKeys.SYNC_GROUP, 0, 5);
        serve(ApiKeys.DESCRIBE_GROUPS, 0, 6);
        serve(ApiKeys.LIST_GROUPS, 0, 5);
        serve(ApiKeys.API_VERSIONS, 0, 4);
        serve(ApiKeys.CREATE_TOPICS, 2, 7);
        serve(ApiKeys.DELETE_TOPICS, 1, 6);
        serve(ApiKeys.DELETE_RECORDS, 0, 2);
        serve(ApiKeys.INIT_PRODUCER_ID, 0, 5);
        serve(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 2, 4);
        serve(ApiKeys.DESCRIBE_CONFIGS, 1, 4);
        serve(ApiKeys.ALTER_CONFIGS, 0, 2);
        serve(ApiKeys.DESCRIBE_LOG_DIRS, 1, 5);
        serve(ApiKeys.CREATE_PARTITIONS, 0, 3);
        serve(ApiKeys.DELETE_GROUPS, 0, 2);
        serve(ApiKeys.ELECT_LEADERS, 0, 2);
        serve(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1);
        serve(ApiKeys.OFFSET_DELETE, 0, 0);
        serve(ApiKeys.UPDATE_FEATURES, 0, 2);
        serve(ApiKeys.DESCRIBE_CLUSTER, 0, 2);
        serve(ApiKeys.UNREGISTER_BROKER, 0, 0);
        serve(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 0, 1);
        serve(ApiKeys.CONSUMER_GROUP_DESCRIBE, 0, 1);
        serve(ApiKeys.LIST_CONFIG_RESOURCES, 0, 1);
        serve(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, 0);
    }

    private SupportedApis() {}

    public static Set<ApiKeys> apiKeys() {
        return Collections.unmodifiableSet(TABLE.keySet());
    }

    public static boolean isSupported(ApiKeys api, short version) {
        Versions versions = TABLE.get(api);
        return versions != null && version >= versions.oldest && version <= versions.latest;
    }

    /** @throws IllegalArgumentException for an API that is not served */
    public static Versions versions(ApiKeys api) {
        Versions versions = TABLE.get(api);
        if (versions == null) {
            throw new IllegalArgumentException(api + " is not served");
        }
        return versions;
    }

    /** For the ApiVersions response; new elements each time, since one can be in one collection only. */
    public static List<ApiVersion> advertised() {
        return TABLE.keySet().stream().map(SupportedApis::advertised).toList();
    }

    static ApiVersion advertised(ApiKeys api) {
        Versions versions = TABLE.get(api);
        // librdkafka takes a broker without Produce v0 for one that speaks no newer message format either: Kafka
        // advertises from 0 on and refuses 0 to 2 (KAFKA-18659).
        short oldest = api == ApiKeys.PRODUCE ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION : versions.oldest;
        return new ApiVersion().setApiKey(api.id).setMinVersion(oldest).setMaxVersion(versions.latest);
    }

    private static void serve(ApiKeys api, int oldest, int latest) {
        TABLE.put(api, new Versions((short) oldest, (short) latest));
    }

    /** Both inclusive. */
    public record Versions(short oldest, short latest) {}
}
