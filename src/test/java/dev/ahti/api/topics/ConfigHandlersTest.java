package dev.ahti.api.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.ApiHandler;
import dev.ahti.api.CurrentBrokerConfig;
import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.api.ListenerViews;
import dev.ahti.config.BrokerConfig;
import dev.ahti.config.ConfigSources;
import dev.ahti.metadata.MetadataClient.ConfigChange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class ConfigHandlersTest {
    private final FakeMetadata metadata = new FakeMetadata().broker(1, "PLAINTEXT");
    private final List<ApiHandler<?>> handlers = TopicHandlers.create(
            metadata,
            new CurrentBrokerConfig(BrokerConfig.load(ConfigSources.of(Map.of(
                    "log.retention.hours", "24", "log.segment.bytes", "2000000", "ahti.metadata.password", "x")))),
            ListenerViews.direct(1));

    ConfigHandlersTest() {
        metadata.topic("t", 1, 1);
    }

    @Test
    void aTopicsConfigsAreThoseOfKafkaWithTypeDefaultAndDocumentation() {
        DescribeConfigsResult result = described(4, ConfigResource.Type.TOPIC, "t");

        assertThat(result.configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactlyInAnyOrderElementsOf(LogConfig.nonInternalConfigNames());
        for (DescribeConfigsResourceResult config : result.configs()) {
            ConfigDef.ConfigKey kafkas = LogConfig.configKeys().get(config.name());
            assertThat(config.documentation()).isEqualTo(kafkas.documentation);
            assertThat(ConfigType.forId(config.configType()).name()).isEqualTo(kafkas.type.name());
            if (config.configSource() == ConfigSource.DEFAULT_CONFIG.id()) {
                assertThat(config.value()).isEqualTo(ConfigDef.convertToString(kafkas.defaultValue, kafkas.type));
            }
        }
    }

    @Test
    void configsAreDescribedInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.DESCRIBE_CONFIGS, version -> {
            DescribeConfigsResult topic = described(version, ConfigResource.Type.TOPIC, "t");
            DescribeConfigsResult broker = described(version, ConfigResource.Type.BROKER, "1");

            assertThat(topic.errorCode()).isZero();
            assertThat(config(topic, "segment.bytes").value()).isEqualTo("2000000");
            assertThat(config(broker, "node.id").value()).isEqualTo("1");
            assertThat(config(broker, "node.id").readOnly()).isTrue();
            assertThat(config(broker, "log.segment.bytes").readOnly()).isFalse();
        });
    }

    @Test
    void synonymsAreInKafkasOrder() {
        metadata.config(ConfigResource.Type.BROKER, "", "log.retention.ms", "7000000");
        metadata.config(ConfigResource.Type.BROKER, "1", "log.retention.ms", "8000000");
        metadata.config(ConfigResource.Type.TOPIC, "t", "retention.ms", "9000000");

        DescribeConfigsResourceResult topic = config(described(4, ConfigResource.Type.TOPIC, "t"), "retention.ms");
        DescribeConfigsResourceResult broker =
                config(described(4, ConfigResource.Type.BROKER, "1"), "log.retention.ms");

        assertThat(synonyms(topic))
                .containsExactly(
                        "retention.ms=9000000 TOPIC_CONFIG",
                        "log.retention.ms=8000000 DYNAMIC_BROKER_CONFIG",
                        "log.retention.ms=7000000 DYNAMIC_DEFAULT_BROKER_CONFIG",
                        "log.retention.hours=24 STATIC_BROKER_CONFIG",
                        "log.retention.hours=168 DEFAULT_CONFIG");
        assertThat(topic.value()).isEqualTo("9000000");
        assertThat(broker.value()).isEqualTo("8000000");
        assertThat(broker.configSource()).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG.id());
    }

    @Test
    void aDynamicBrokerConfigIsTheTopicsValueUntilItIsDeleted() {
        metadata.config(ConfigResource.Type.BROKER, "", "log.retention.ms", "7000000");
        assertThat(config(described(4, ConfigResource.Type.TOPIC, "t"), "retention.ms")
                        .value())
                .isEqualTo("7000000");

        metadata.config(ConfigResource.Type.BROKER, "", "log.retention.ms", null);

        DescribeConfigsResourceResult after = config(described(4, ConfigResource.Type.TOPIC, "t"), "retention.ms");
        assertThat(after.value()).isEqualTo(String.valueOf(24 * 3600 * 1000));
        assertThat(after.configSource()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.id());
    }

    @Test
    void theConfigsOfAGroupAreItsOwnOverThoseOfTheBroker() {
        metadata.config(ConfigResource.Type.GROUP, "g", "consumer.session.timeout.ms", "50000");

        DescribeConfigsResult result = described(4, ConfigResource.Type.GROUP, "g");

        assertThat(result.configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactlyInAnyOrderElementsOf(GroupConfig.configNames());
        DescribeConfigsResourceResult timeout = config(result, "consumer.session.timeout.ms");
        assertThat(timeout.value()).isEqualTo("50000");
        assertThat(synonyms(timeout))
                .containsExactly(
                        "consumer.session.timeout.ms=50000 GROUP_CONFIG",
                        "group.consumer.session.timeout.ms=45000 DEFAULT_CONFIG");
        assertThat(config(result, "consumer.heartbeat.interval.ms").value()).isEqualTo("5000");
        assertThat(described(4, ConfigResource.Type.GROUP, "").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(list(1, ConfigResource.Type.GROUP.id()).configResources())
                .extracting(ListConfigResourcesResponseData.ConfigResource::resourceName)
                .containsExactly("g");
    }

    @Test
    void aDefaultInOtherUnitsIsNoSynonym() {
        assertThat(synonyms(config(described(4, ConfigResource.Type.TOPIC, "t"), "segment.ms")))
                .isEmpty();
        assertThat(synonyms(config(described(4, ConfigResource.Type.TOPIC, "t"), "compression.type")))
                .containsExactly("compression.type=producer DEFAULT_CONFIG");
    }

    @Test
    void secretsAreNotShown() {
        DescribeConfigsResourceResult password =
                config(described(4, ConfigResource.Type.BROKER, "1"), "ahti.metadata.password");

        assertThat(password.isSensitive()).isTrue();
        assertThat(password.value()).isNull();
        assertThat(password.synonyms()).allMatch(synonym -> synonym.value() == null);
    }

    @Test
    void theClustersDefaultsAreWhatWasSetForAllBrokers() {
        assertThat(described(4, ConfigResource.Type.BROKER, "").configs()).isEmpty();

        metadata.config(ConfigResource.Type.BROKER, "", "log.retention.ms", "7000000");

        assertThat(described(4, ConfigResource.Type.BROKER, "").configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("log.retention.ms");
    }

    @Test
    void onlyTheKeysAskedForAreDescribed() {
        DescribeConfigsResource some = new DescribeConfigsResource()
                .setResourceType(ConfigResource.Type.TOPIC.id())
                .setResourceName("t")
                .setConfigurationKeys(List.of("retention.ms", "unknown"));

        assertThat(describe(4, some).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("retention.ms");
    }

    @ParameterizedTest
    @CsvSource({
        "2, unknown, UNKNOWN_TOPIC_OR_PARTITION",
        "2, b@d, INVALID_TOPIC_EXCEPTION",
        "4, 9, INVALID_REQUEST",
        "4, x, INVALID_REQUEST",
        "8, 9, INVALID_REQUEST",
        "8, '', INVALID_REQUEST",
        "16, metrics, INVALID_REQUEST",
        "32, '', INVALID_REQUEST",
        "3, x, INVALID_REQUEST"
    })
    void whatCannotBeDescribedSaysWhy(byte type, String name, Errors error) {
        DescribeConfigsResult result =
                describe(4, new DescribeConfigsResource().setResourceType(type).setResourceName(name));

        assertThat(Errors.forCode(result.errorCode())).isEqualTo(error);
        assertThat(result.resourceType()).isEqualTo(type);
        assertThat(result.resourceName()).isEqualTo(name);
    }

    @Test
    void logLevelsAreShownSetAndUnset() {
        String name = "dev.ahti.api.topics.ConfigHandlersTest";
        ch.qos.logback.classic.Logger logger = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(name);

        assertThat(alter(ConfigResource.Type.BROKER_LOGGER, "1", name, OpType.SET, "TRACE"))
                .isEqualTo(Errors.NONE);
        assertThat(logger.isTraceEnabled()).isTrue();
        assertThat(config(described(4, ConfigResource.Type.BROKER_LOGGER, "1"), name)
                        .value())
                .isEqualTo("TRACE");
        assertThat(alter(ConfigResource.Type.BROKER_LOGGER, "1", name, OpType.DELETE, null))
                .isEqualTo(Errors.NONE);
        assertThat(logger.getLevel()).isNull();

        assertThat(alter(ConfigResource.Type.BROKER_LOGGER, "1", name, OpType.SET, "LOUD"))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(ConfigResource.Type.BROKER_LOGGER, "1", "no.such", OpType.SET, "INFO"))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(ConfigResource.Type.BROKER_LOGGER, "1", name, OpType.APPEND, "INFO"))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(ConfigResource.Type.BROKER_LOGGER, "1", "root", OpType.DELETE, null))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(ConfigResource.Type.BROKER_LOGGER, "2", name, OpType.SET, "INFO"))
                .isEqualTo(Errors.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "TOPIC, t, retention.ms, SET, 4000, NONE",
                "TOPIC, t, retention.ms, DELETE, null, NONE",
                "TOPIC, t, cleanup.policy, APPEND, compact, NONE",
                "TOPIC, t, retention.ms, APPEND, 4000, INVALID_CONFIG",
                "TOPIC, t, retention.ms, SET, null, INVALID_REQUEST",
                "TOPIC, '', retention.ms, SET, 1, INVALID_REQUEST",
                "TOPIC, b@d, retention.ms, SET, 1, INVALID_TOPIC_EXCEPTION",
                "BROKER, '', log.retention.ms, SET, 7000000, NONE",
                "BROKER, 1, log.retention.ms, SET, 7000000, NONE",
                "BROKER, '', log.cleanup.policy, APPEND, compact, NONE",
                "BROKER, 9, log.retention.ms, SET, 1, INVALID_REQUEST",
                "BROKER, x, log.retention.ms, SET, 1, INVALID_REQUEST",
                "BROKER, 1, node.id, SET, 8, INVALID_REQUEST",
                "BROKER, '', log.retention.hours, SET, 8, INVALID_REQUEST",
                "BROKER, '', no.such.setting, SET, 8, INVALID_REQUEST",
                "BROKER, 1, log.retention.ms, SET, x, INVALID_REQUEST",
                "BROKER, '', min.insync.replicas, SET, 2, NONE",
                "BROKER, 1, min.insync.replicas, SET, 2, INVALID_CONFIG",
                "GROUP, g, consumer.session.timeout.ms, SET, 50000, NONE",
                "GROUP, g, consumer.session.timeout.ms, DELETE, null, NONE",
                "GROUP, g, consumer.session.timeout.ms, SET, 1, INVALID_CONFIG",
                "GROUP, g, consumer.session.timeout.ms, SET, x, INVALID_CONFIG",
                "GROUP, g, consumer.session.timeout.ms, APPEND, 50000, INVALID_CONFIG",
                "GROUP, g, retention.ms, SET, 1, INVALID_CONFIG",
                "GROUP, '', consumer.session.timeout.ms, SET, 50000, INVALID_REQUEST",
                "CLIENT_METRICS, m, interval.ms, SET, 1, INVALID_REQUEST",
                "UNKNOWN, m, interval.ms, SET, 1, INVALID_REQUEST"
            })
    void changesAreTakenOrRefused(
            ConfigResource.Type type, String resource, String name, OpType op, String value, Errors error) {
        assertThat(alter(type, resource, name, op, value)).isEqualTo(error);
        assertThat(metadata.commands).hasSize(error == Errors.NONE ? 1 : 0);
    }

    @Test
    void whatAGroupHasAlreadyCountsInWhatItMayBeChangedTo() {
        metadata.config(ConfigResource.Type.GROUP, "g", "share.heartbeat.interval.ms", "15000");
        metadata.config(ConfigResource.Type.GROUP, "g", "consumer.heartbeat.interval.ms", "4");

        assertThat(alter(ConfigResource.Type.GROUP, "g", "consumer.session.timeout.ms", OpType.SET, "50000"))
                .as("the other one is out of bounds")
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(ConfigResource.Type.GROUP, "g", "consumer.heartbeat.interval.ms", OpType.DELETE, null))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void anUnknownOperationIsRefused() {
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        AlterConfigsResource resource = resource(ConfigResource.Type.TOPIC, "t");
        resource.configs()
                .add(new AlterableConfig()
                        .setName("retention.ms")
                        .setConfigOperation((byte) 9)
                        .setValue("1"));
        request.resources().add(resource);

        assertThat(incremental(1, request)).containsExactly(Errors.INVALID_REQUEST);
    }

    @Test
    void duplicatesAreRefusedAndTheRestIsTakenInTheOrderOfTheRequest() {
        metadata.topic("u", 1, 1);
        metadata.topic("v", 1, 1);
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        AlterConfigsResource twoValues = resource(ConfigResource.Type.TOPIC, "u");
        twoValues.configs().add(new AlterableConfig().setName("retention.ms").setValue("1"));
        twoValues.configs().add(new AlterableConfig().setName("retention.ms").setValue("2"));
        AlterConfigsResource good = resource(ConfigResource.Type.TOPIC, "v");
        good.configs().add(new AlterableConfig().setName("retention.ms").setValue("1"));
        request.resources().add(resource(ConfigResource.Type.TOPIC, "t"));
        request.resources().add(good);
        request.resources().add(twoValues);
        request.resources().add(resource(ConfigResource.Type.TOPIC, "t"));

        assertThat(incremental(1, request))
                .containsExactly(Errors.INVALID_REQUEST, Errors.NONE, Errors.INVALID_REQUEST, Errors.INVALID_REQUEST);
        assertThat(metadata.commands).hasSize(1);
    }

    @Test
    void theOlderRequestReplacesEverythingInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.ALTER_CONFIGS, version -> {
            metadata.commands.clear();
            AlterConfigsRequestData.AlterConfigsResource resource = new AlterConfigsRequestData.AlterConfigsResource()
                    .setResourceType(ConfigResource.Type.TOPIC.id())
                    .setResourceName("t");
            resource.configs()
                    .add(new AlterConfigsRequestData.AlterableConfig()
                            .setName("retention.ms")
                            .setValue("1"));
            AlterConfigsRequestData request = new AlterConfigsRequestData();
            request.resources().add(resource);
            request.resources()
                    .add(new AlterConfigsRequestData.AlterConfigsResource()
                            .setResourceType(ConfigResource.Type.BROKER_LOGGER.id())
                            .setResourceName("1"));

            AlterConfigsResponseData response =
                    Exchange.ask(handler(ApiKeys.ALTER_CONFIGS), version, request, AlterConfigsResponseData.class);

            assertThat(response.responses())
                    .extracting(one -> Errors.forCode(one.errorCode()))
                    .containsExactly(Errors.NONE, Errors.INVALID_REQUEST);
            assertThat(((ConfigChange) metadata.commands.get(0)).replaceAll()).isTrue();
        });
    }

    @Test
    void incrementalChangesWorkInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.INCREMENTAL_ALTER_CONFIGS, version -> {
            IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
            request.resources().add(resource(ConfigResource.Type.TOPIC, "t"));

            assertThat(incremental(version, request)).containsExactly(Errors.NONE);
        });
    }

    @Test
    void resourcesAreListed() {
        assertThat(listed(0)).isEmpty();
        assertThat(listed(1)).containsExactly("8 1", "4 1", "2 t");
        assertThat(listed(1, ConfigResource.Type.TOPIC.id())).containsExactly("2 t");
        ListConfigResourcesResponseData unknown = list(1, (byte) 3);
        assertThat(Errors.forCode(unknown.errorCode())).isEqualTo(Errors.UNSUPPORTED_VERSION);
    }

    private List<String> listed(int version, byte... types) {
        return list(version, types).configResources().stream()
                .map(one -> one.resourceType() + " " + one.resourceName())
                .toList();
    }

    private ListConfigResourcesResponseData list(int version, byte... types) {
        ListConfigResourcesRequestData request = new ListConfigResourcesRequestData();
        for (byte type : types) {
            request.resourceTypes().add(type);
        }
        return Exchange.ask(
                handler(ApiKeys.LIST_CONFIG_RESOURCES), version, request, ListConfigResourcesResponseData.class);
    }

    private ApiHandler<?> handler(ApiKeys key) {
        Optional<ApiHandler<?>> found =
                handlers.stream().filter(one -> one.apiKey() == key).findFirst();
        return found.orElseThrow();
    }

    private DescribeConfigsResult described(int version, ConfigResource.Type type, String name) {
        return describe(
                version,
                new DescribeConfigsResource()
                        .setResourceType(type.id())
                        .setResourceName(name)
                        .setConfigurationKeys(null));
    }

    private DescribeConfigsResult describe(int version, DescribeConfigsResource resource) {
        DescribeConfigsRequestData request = new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setIncludeDocumentation(version >= 3)
                .setResources(List.of(resource));
        return Exchange.ask(handler(ApiKeys.DESCRIBE_CONFIGS), version, request, DescribeConfigsResponseData.class)
                .results()
                .get(0);
    }

    private static DescribeConfigsResourceResult config(DescribeConfigsResult result, String name) {
        return result.configs().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    private static List<String> synonyms(DescribeConfigsResourceResult config) {
        return config.synonyms().stream()
                .map(one -> one.name() + "=" + one.value() + " " + ConfigSource.forId(one.source()))
                .toList();
    }

    private static AlterConfigsResource resource(ConfigResource.Type type, String name) {
        return new AlterConfigsResource().setResourceType(type.id()).setResourceName(name);
    }

    private Errors alter(ConfigResource.Type type, String resource, String name, OpType op, String value) {
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        AlterConfigsResource one = resource(type, resource);
        one.configs()
                .add(new AlterableConfig()
                        .setName(name)
                        .setConfigOperation(op.id())
                        .setValue(value));
        request.resources().add(one);
        return incremental(1, request).get(0);
    }

    private List<Errors> incremental(int version, IncrementalAlterConfigsRequestData request) {
        return Exchange.ask(
                        handler(ApiKeys.INCREMENTAL_ALTER_CONFIGS),
                        version,
                        request,
                        IncrementalAlterConfigsResponseData.class)
                .responses()
                .stream()
                .map(AlterConfigsResourceResponse::errorCode)
                .map(Errors::forCode)
                .toList();
    }
}
