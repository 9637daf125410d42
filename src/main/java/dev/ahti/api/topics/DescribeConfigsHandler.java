package dev.ahti.api.topics;

import dev.ahti.api.ApiHandler;
import dev.ahti.metadata.MetadataClient;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.protocol.RequestContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * DescribeConfigs, v1 to v4: what is configured and where each value comes from (KIP-226), from v3 on with types and
 * documentation. No keys named (null or none) means all.
 *
 * <p>TOPIC, GROUP and the cluster's defaults (BROKER with an empty name) at any broker; BROKER and BROKER_LOGGER at the
 * broker that they name, since only it knows what it was started with. Left out: CLIENT_METRICS, which Ahti does not serve
 * yet, is INVALID_REQUEST.
 */
final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequestData> {
    private final MetadataClient metadata;
    private final ThisBroker broker;
    private final TopicConfigs topicConfigs;
    private final BrokerConfigs brokerConfigs;
    private final GroupConfigs groupConfigs;
    private final BrokerLoggers loggers;

    DescribeConfigsHandler(
            MetadataClient metadata,
            ThisBroker broker,
            TopicConfigs topicConfigs,
            BrokerConfigs brokerConfigs,
            GroupConfigs groupConfigs,
            BrokerLoggers loggers) {
        this.metadata = metadata;
        this.broker = broker;
        this.topicConfigs = topicConfigs;
        this.brokerConfigs = brokerConfigs;
        this.groupConfigs = groupConfigs;
        this.loggers = loggers;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_CONFIGS;
    }

    @Override
    public CompletionStage<DescribeConfigsResponseData> handle(
            RequestContext context, DescribeConfigsRequestData request) {
        ClusterImage image = metadata.image();
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        for (DescribeConfigsResource resource : request.resources()) {
            response.results()
                    .add(describe(request, resource, image)
                            .setResourceType(resource.resourceType())
                            .setResourceName(resource.resourceName()));
        }
        return CompletableFuture.completedFuture(response);
    }

    private DescribeConfigsResult describe(
            DescribeConfigsRequestData request, DescribeConfigsResource resource, ClusterImage image) {
        DescribeConfigsResult result = new DescribeConfigsResult();
        try {
            List<String> keys = resource.configurationKeys();
            configs(resource, image).stream()
                    .filter(config -> keys == null || keys.isEmpty() || keys.contains(config.name()))
                    .forEach(config -> result.configs().add(shown(request, config)));
            return result;
        } catch (ApiException e) {
            return result.setErrorCode(Errors.forException(e).code()).setErrorMessage(e.getMessage());
        }
    }

    private List<DescribedConfig> configs(DescribeConfigsResource resource, ClusterImage image) {
        String name = resource.resourceName();
        ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
        return switch (type) {
            case TOPIC -> ofTopic(name, image);
            case BROKER -> ofBroker(name, image);
            case BROKER_LOGGER -> ofLoggers(name);
            case GROUP -> groupConfigs.of(name, image);
            default -> throw new InvalidRequestException("Unexpected resource type " + type + " for resource " + name);
        };
    }

    private List<DescribedConfig> ofBroker(String name, ClusterImage image) {
        if (name.isEmpty()) {
            return brokerConfigs.ofTheCluster(image);
        }
        broker.requireNamed(name);
        return brokerConfigs.ofThisBroker(image);
    }

    private List<DescribedConfig> ofLoggers(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Broker id must not be empty");
        }
        broker.requireNamed(name);
        return loggers.describe();
    }

    private List<DescribedConfig> ofTopic(String name, ClusterImage image) {
        Topic.validate(name);
        if (image.topic(name) == null) {
            throw new UnknownTopicOrPartitionException(Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
        }
        return topicConfigs.with(image, image.topicConfigs(name));
    }

    private static DescribeConfigsResourceResult shown(DescribeConfigsRequestData request, DescribedConfig config) {
        DescribeConfigsResourceResult shown = new DescribeConfigsResourceResult()
                .setName(config.name())
                .setValue(config.value())
                .setConfigSource(config.source().id())
                .setIsSensitive(config.sensitive())
                .setReadOnly(config.readOnly())
                .setConfigType(typeId(config.type()))
                .setDocumentation(request.includeDocumentation() ? config.documentation() : null);
        if (request.includeSynonyms()) {
            config.synonyms().forEach(synonym -> shown.synonyms()
                    .add(new DescribeConfigsSynonym()
                            .setName(synonym.name())
                            .setValue(synonym.value())
                            .setSource(synonym.source().id())));
        }
        return shown;
    }

    private static byte typeId(ConfigDef.Type type) {
        return (type == null ? ConfigType.UNKNOWN : ConfigType.valueOf(type.name())).id();
    }
}
