package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.AllocateProducerIds;
import dev.ahti.metadata.MetadataCommand.AlterConfigs;
import dev.ahti.metadata.MetadataCommand.AlterPartition;
import dev.ahti.metadata.MetadataCommand.BrokerRequest;
import dev.ahti.metadata.MetadataCommand.CreatePartitions;
import dev.ahti.metadata.MetadataCommand.CreateTopics;
import dev.ahti.metadata.MetadataCommand.DeleteTopics;
import dev.ahti.metadata.MetadataCommand.ElectLeaders;
import dev.ahti.metadata.MetadataCommand.RebalanceLeaders;
import dev.ahti.metadata.MetadataCommand.Request;
import dev.ahti.metadata.MetadataCommand.UpdateFeatures;
import dev.ahti.metadata.image.ClusterImage;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;

/** From an image and a request to a decision: no actor, no clock, no I/O. */
final class Decisions {
    private final TopicDecisions topics;
    private final ConfigDecisions configs;
    private final BrokerDecisions brokers;
    private final IsrDecisions isr;
    private final LeaderDecisions leaders;
    private final FeatureDecisions features = new FeatureDecisions();

    /** @param newTopicId never gives the same id twice */
    Decisions(MetadataSettings settings, Supplier<Uuid> newTopicId) {
        TopicSettings topicSettings = new TopicSettings(settings);
        Election election = new Election(topicSettings);
        topics = new TopicDecisions(settings, newTopicId);
        configs = new ConfigDecisions(settings, topicSettings, election);
        brokers = new BrokerDecisions(election);
        isr = new IsrDecisions(election);
        leaders = new LeaderDecisions(election);
    }

    Decision decide(ClusterImage image, Request request) {
        if (request instanceof BrokerRequest broker) {
            return brokers.decide(image, broker);
        } else if (request instanceof CreateTopics create) {
            return topics.createTopics(image, create);
        } else if (request instanceof DeleteTopics delete) {
            return topics.deleteTopics(image, delete);
        } else if (request instanceof CreatePartitions more) {
            return topics.createPartitions(image, more);
        } else if (request instanceof AlterConfigs alter) {
            return configs.alterConfigs(image, alter);
        } else if (request instanceof AllocateProducerIds allocate) {
            return brokers.allocateProducerIds(image, allocate);
        } else if (request instanceof AlterPartition alter) {
            return isr.alterPartition(image, alter);
        } else if (request instanceof ElectLeaders elect) {
            return leaders.electLeaders(image, elect);
        } else if (request instanceof RebalanceLeaders) {
            return leaders.rebalanceLeaders(image);
        } else if (request instanceof UpdateFeatures update) {
            return features.updateFeatures(image, update);
        }
        throw new IllegalArgumentException("no decision for " + request.getClass());
    }
}
