package dev.ahti.metadata;

import dev.ahti.metadata.MetadataClient.MorePartitions;
import dev.ahti.metadata.MetadataClient.NewTopic;
import dev.ahti.metadata.MetadataClient.TopicResult;
import dev.ahti.metadata.MetadataCommand.CreatePartitions;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.DeleteTopics;
import dev.ahti.metadata.MetadataReply.TopicsReply;
import dev.ahti.metadata.event.AssignPartition;
import dev.ahti.metadata.event.CreateTopic;
import dev.ahti.metadata.event.DeleteTopic;
import dev.ahti.metadata.event.SetConfig;
import dev.ahti.metadata.event.SetPartitionLeader;
import dev.ahti.metadata.event.UpdateISR;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.model.PartitionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/** CreateTopics, DeleteTopics and CreatePartitions: Kafka's rules, one atomic persist for a request. */
final class TopicDecisions {
    private final TopicRules rules;
    private final Supplier<Uuid> newId;

    TopicDecisions(MetadataSettings settings, Supplier<Uuid> newId) {
        this.rules = new TopicRules(settings);
        this.newId = newId;
    }

    Decision createTopics(ClusterImage image, CreateTopics request) {
        Draft draft = new Draft(image);
        Set<String> twice = repeated(request.topics(), NewTopic::name);
        Set<String> answered = new HashSet<>();
        List<TopicResult> results = new ArrayList<>();
        int placed = placedPartitions(image);
        int budget = TopicRules.MAX_PARTITIONS_PER_REQUEST;
        for (NewTopic topic : request.topics()) {
            if (!answered.add(topic.name())) {
                continue;
            }
            try {
                if (twice.contains(topic.name())) {
                    throw new Refused(Errors.INVALID_REQUEST, "Duplicate topic name.");
                }
                List<List<Integer>> replicas = replicasOf(draft.image(), topic, placed, budget);
                placed += replicas.size();
                budget -= replicas.size();
                results.add(create(draft, topic, replicas));
            } catch (Refused refused) {
                results.add(failed(topic.name(), Uuid.ZERO_UUID, refused.error(), refused.getMessage()));
            }
        }
        return answer(draft, request.validateOnly(), results, request.replyTo()::tell);
    }

    private List<List<Integer>> replicasOf(ClusterImage image, NewTopic topic, int placed, int budget) {
        rules.checkName(image, topic.name());
        rules.checkConfigs(topic.configs());
        if (!topic.assignments().isEmpty()) {
            return rules.checkedAssignments(image, topic, budget);
        }
        int partitions = rules.partitions(topic.partitions(), budget);
        int factor = rules.replicationFactor(image, topic.replicationFactor());
        return place(image, partitions, factor, placed);
    }

    private static List<List<Integer>> place(ClusterImage image, int partitions, int factor, int placed) {
        Placement placement = new Placement(image.brokers().values(), placed);
        List<List<Integer>> replicas = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            replicas.add(placement.place(factor));
        }
        return replicas;
    }

    private TopicResult create(Draft draft, NewTopic topic, List<List<Integer>> replicas) {
        Uuid id = newId.get();
        draft.add(new CreateTopic(id, topic.name()));
        new TreeMap<>(topic.configs())
                .forEach((name, value) ->
                        draft.add(new SetConfig(ConfigResource.Type.TOPIC, topic.name(), name, value)));
        for (int number = 0; number < replicas.size(); number++) {
            assign(draft, new PartitionId(id, number), replicas.get(number));
        }
        return new TopicResult(topic.name(), id, Errors.NONE, null, replicas.size(), (short)
                replicas.get(0).size());
    }

    /** A fenced broker may be a replica, but neither leads nor is in the ISR. */
    private static void assign(Draft draft, PartitionId id, List<Integer> replicas) {
        List<IsrMember> isr = replicas.stream()
                .filter(draft.image()::isLive)
                .map(each -> Election.member(draft.image().brokers().get(each)))
                .toList();
        draft.add(new AssignPartition(id, replicas));
        draft.add(new SetPartitionLeader(id, isr.get(0).broker(), 0));
        draft.add(new UpdateISR(id, isr, List.of()));
    }

    Decision deleteTopics(ClusterImage image, DeleteTopics request) {
        Draft draft = new Draft(image);
        List<TopicResult> results = new ArrayList<>();
        for (Uuid id : request.topics()) {
            TopicImage topic = draft.image().topic(id);
            if (topic == null) {
                results.add(failed(null, id, Errors.UNKNOWN_TOPIC_ID, null));
            } else {
                draft.add(new DeleteTopic(id));
                results.add(succeeded(topic));
            }
        }
        return answer(draft, false, results, request.replyTo()::tell);
    }

    Decision createPartitions(ClusterImage image, CreatePartitions request) {
        Draft draft = new Draft(image);
        Set<String> twice = repeated(request.topics(), MorePartitions::topic);
        Set<String> answered = new HashSet<>();
        List<TopicResult> results = new ArrayList<>();
        int placed = placedPartitions(image);
        int budget = TopicRules.MAX_PARTITIONS_PER_REQUEST;
        for (MorePartitions more : request.topics()) {
            if (!answered.add(more.topic())) {
                continue;
            }
            try {
                if (twice.contains(more.topic())) {
                    throw new Refused(Errors.INVALID_REQUEST, "Duplicate topic name.");
                }
                int added = addPartitions(draft, more, placed, budget);
                placed += added;
                budget -= added;
                results.add(succeeded(draft.image().topic(more.topic())));
            } catch (Refused refused) {
                results.add(failed(more.topic(), Uuid.ZERO_UUID, refused.error(), refused.getMessage()));
            }
        }
        return answer(draft, request.validateOnly(), results, request.replyTo()::tell);
    }

    private int addPartitions(Draft draft, MorePartitions more, int placed, int budget) {
        ClusterImage image = draft.image();
        TopicImage topic = image.topic(more.topic());
        if (topic == null) {
            throw new Refused(Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
        }
        int before = topic.partitions().size();
        int additional = rules.additionalPartitions(topic, more, budget);
        int factor = topic.partition(0).replicas().size();
        List<List<Integer>> replicas;
        if (more.assignments().isEmpty()) {
            rules.replicationFactor(image, (short) factor);
            replicas = place(image, additional, factor, placed);
        } else {
            replicas = more.assignments();
            for (int i = 0; i < replicas.size(); i++) {
                rules.checkAssignment(image, before + i, replicas.get(i), factor);
            }
        }
        for (int i = 0; i < additional; i++) {
            assign(draft, new PartitionId(topic.id(), before + i), replicas.get(i));
        }
        return additional;
    }

    private static Decision answer(
            Draft draft, boolean validateOnly, List<TopicResult> results, Consumer<TopicsReply> reply) {
        return new Decision(
                validateOnly ? List.of() : draft.events(),
                stamp -> reply.accept(new TopicsReply(stamp.epoch(), stamp.version(), results)));
    }

    private static TopicResult succeeded(TopicImage topic) {
        return new TopicResult(
                topic.name(), topic.id(), Errors.NONE, null, topic.partitions().size(), (short)
                        topic.partition(0).replicas().size());
    }

    static TopicResult failed(String name, Uuid id, Errors error, String message) {
        return new TopicResult(name, id, error, message, -1, (short) -1);
    }

    private static <T> Set<String> repeated(List<T> items, Function<T, String> name) {
        return items.stream().collect(Collectors.groupingBy(name, Collectors.counting())).entrySet().stream()
                .filter(each -> each.getValue() > 1)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static int placedPartitions(ClusterImage image) {
        return image.topics().values().stream()
                .mapToInt(topic -> topic.partitions().size())
                .sum();
    }
}
