package dev.ahti.metadata;

import dev.ahti.metadata.MetadataClient.MorePartitions;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Kafka's rules for topics, with its error codes and messages. Each method throws {@link Refused}. */
final class TopicRules {
    /** As Kafka's controller: more in one request would be one event batch too large. */
    static final int MAX_PARTITIONS_PER_REQUEST = 10_000;

    private final MetadataSettings settings;

    TopicRules(MetadataSettings settings) {
        this.settings = settings;
    }

    void checkName(ClusterImage image, String name) {
        if (Topic.CLUSTER_METADATA_TOPIC_NAME.equals(name)) {
            throw new Refused(
                    Errors.INVALID_REQUEST,
                    "Creation of internal topic " + Topic.CLUSTER_METADATA_TOPIC_NAME + " is prohibited.");
        }
        try {
            Topic.validate(name);
        } catch (InvalidTopicException e) {
            throw new Refused(Errors.INVALID_TOPIC_EXCEPTION, e.getMessage());
        }
        if (image.topicIds().containsKey(name)) {
            throw new Refused(Errors.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
        }
        if (Topic.hasCollisionChars(name)) {
            for (String other : image.topicIds().keySet()) {
                if (Topic.hasCollision(name, other)) {
                    throw new Refused(
                            Errors.INVALID_TOPIC_EXCEPTION,
                            "Topic '" + name + "' collides with existing topic: " + other);
                }
            }
        }
    }

    /** All overrides of a topic. */
    void checkConfigs(Map<String, String> overrides) {
        overrides.forEach((name, value) -> {
            if (value == null) {
                throw new Refused(Errors.INVALID_CONFIG, "Null value not supported for topic configs: " + name);
            }
        });
        try {
            LogConfig.validate(Map.of(), overrides, settings.topicDefaults(), false);
        } catch (ConfigException e) {
            throw new Refused(Errors.INVALID_CONFIG, e.getMessage());
        } catch (ApiException e) {
            throw new Refused(Errors.forException(e), e.getMessage());
        }
    }

    /** The number to create: -1 is the default. */
    int partitions(int wanted, int budget) {
        if (wanted < -1 || wanted == 0) {
            throw new Refused(
                    Errors.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.");
        }
        int partitions = wanted == -1 ? settings.numPartitions() : wanted;
        checkBudget(partitions, budget);
        return partitions;
    }

    private static void checkBudget(int partitions, int budget) {
        if (partitions > budget) {
            throw new Refused(Errors.POLICY_VIOLATION, "Excessively large number of partitions per request.");
        }
    }

    /** The factor to use: -1 is the default. */
    int replicationFactor(ClusterImage image, short wanted) {
        if (wanted < -1 || wanted == 0) {
            throw new Refused(
                    Errors.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        int factor = wanted == -1 ? settings.defaultReplicationFactor() : wanted;
        int registered = image.brokers().size();
        String prefix = "Unable to replicate the partition " + factor + " time(s): ";
        if (image.brokers().values().stream().noneMatch(each -> each.isLive())) {
            throw new Refused(Errors.INVALID_REPLICATION_FACTOR, prefix + "All brokers are currently fenced.");
        }
        if (factor > registered) {
            throw new Refused(
                    Errors.INVALID_REPLICATION_FACTOR,
                    prefix + "The target replication factor of " + factor + " cannot be reached because only "
                            + registered + " broker(s) are registered.");
        }
        return factor;
    }

    /** Replicas by partition as the client placed them. */
    List<List<Integer>> checkedAssignments(ClusterImage image, NewTopic topic, int budget) {
        if (topic.replicationFactor() != -1) {
            throw new Refused(
                    Errors.INVALID_REQUEST,
                    "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (topic.partitions() != -1) {
            throw new Refused(
                    Errors.INVALID_REQUEST,
                    "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        checkBudget(topic.assignments().size(), budget);
        List<List<Integer>> result = new ArrayList<>();
        for (int number = 0; number < topic.assignments().size(); number++) {
            List<Integer> replicas = topic.assignments().get(number);
            if (replicas == null) {
                throw new Refused(
                        Errors.INVALID_REPLICA_ASSIGNMENT,
                        "partitions should be a consecutive 0-based integer sequence");
            }
            checkAssignment(
                    image,
                    number,
                    replicas,
                    result.isEmpty() ? replicas.size() : result.get(0).size());
            result.add(replicas);
        }
        return result;
    }

    void checkAssignment(ClusterImage image, int partition, List<Integer> replicas, int factor) {
        if (replicas.isEmpty()) {
            throw badAssignment("The manual partition assignment includes an empty replica list.");
        }
        Set<Integer> seen = new HashSet<>();
        for (int broker : replicas) {
            if (image.broker(broker).isEmpty()) {
                throw badAssignment("The manual partition assignment includes broker " + broker
                        + ", but no such broker is registered.");
            }
            if (!seen.add(broker)) {
                throw badAssignment(
                        "The manual partition assignment includes the broker " + broker + " more than once.");
            }
        }
        if (replicas.size() != factor) {
            throw badAssignment("The manual partition assignment includes a partition with " + replicas.size()
                    + " replica(s), but this is not consistent with previous partitions, which have " + factor
                    + " replica(s).");
        }
        if (replicas.stream().noneMatch(image::isLive)) {
            throw badAssignment("All brokers specified in the manual partition assignment for partition " + partition
                    + " are fenced or in controlled shutdown.");
        }
    }

    int additionalPartitions(TopicImage topic, MorePartitions more, int budget) {
        int before = topic.partitions().size();
        if (more.totalCount() == before) {
            throw new Refused(Errors.INVALID_PARTITIONS, "Topic already has " + before + " partition(s).");
        }
        if (more.totalCount() < before) {
            throw new Refused(
                    Errors.INVALID_PARTITIONS,
                    "The topic " + topic.name() + " currently has " + before + " partition(s); " + more.totalCount()
                            + " would not be an increase.");
        }
        int additional = more.totalCount() - before;
        int assigned = more.assignments().size();
        if (assigned != 0 && assigned != additional) {
            throw badAssignment("Attempted to add " + additional + " additional partition(s), but only " + assigned
                    + " assignment(s) were specified.");
        }
        checkBudget(additional, budget);
        return additional;
    }

    private static Refused badAssignment(String message) {
        return new Refused(Errors.INVALID_REPLICA_ASSIGNMENT, message);
    }
}
