package dev.ahti.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.Exchange;
import dev.ahti.api.FakeMetadata;
import dev.ahti.api.ListenerViews;
import dev.ahti.api.NoReplicas;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.replica.LocalReplicas;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterHandlersTest {
    private static final LocalReplicas NO_REPLICAS = new NoReplicas();

    @TempDir
    Path directory;

    private final FakeMetadata metadata =
            new FakeMetadata().broker(1, "PLAINTEXT", "INTERNAL").broker(2, "PLAINTEXT");
    private final ApiVersionsHandler versions = new ApiVersionsHandler(
            metadata,
            List.of(new ApiVersion()
                    .setApiKey(ApiKeys.PRODUCE.id)
                    .setMinVersion((short) 3)
                    .setMaxVersion((short) 13)));
    private final DescribeClusterHandler cluster = new DescribeClusterHandler(metadata, ListenerViews.direct(2));

    @Test
    void theAdvertisedVersionsAreToldAsOftenAsAskedForInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.API_VERSIONS, version -> {
            ApiVersionsResponseData response = apiVersions(version, "client", "1.0");

            assertThat(response.apiKeys()).hasSize(1);
            assertThat(response.apiKeys().find(ApiKeys.PRODUCE.id).maxVersion()).isEqualTo((short) 13);
        });
    }

    @Test
    void metadataVersionIsAlwaysAmongTheFeatures() {
        ApiVersionsResponseData response = apiVersions(3, "client", "1.0");

        short level = MetadataVersion.LATEST_PRODUCTION.featureLevel();
        FinalizedFeatureKey feature = response.finalizedFeatures().find("metadata.version");
        assertThat(feature.maxVersionLevel()).isEqualTo(level);
        assertThat(response.supportedFeatures().find("metadata.version").maxVersion())
                .isEqualTo(level);
        assertThat(response.finalizedFeatures().find("group.version").maxVersionLevel())
                .isEqualTo((short) 1);
        assertThat(response.finalizedFeaturesEpoch()).isEqualTo(metadata.image().version());
    }

    @Test
    void featuresOfTheClusterAreFinalized() {
        metadata.apply(new SetFeature("ahti.metadata.version", (short) 2));

        ApiVersionsResponseData response = apiVersions(4, "client", "1.0");

        assertThat(response.finalizedFeatures().find("ahti.metadata.version").maxVersionLevel())
                .isEqualTo((short) 2);
    }

    @Test
    void aClientWhoseNameIsMalformedIsRefusedFromVersionThreeOn() {
        ApiVersionsResponseData response = apiVersions(3, "-client", "1.0");

        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(response.apiKeys()).isEmpty();
    }

    @Test
    void theBrokersAreDescribedInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.DESCRIBE_CLUSTER, version -> {
            DescribeClusterResponseData response = describeCluster(version, new DescribeClusterRequestData());

            assertThat(response.clusterId()).isEqualTo(FakeMetadata.CLUSTER);
            assertThat(response.controllerId()).isEqualTo(2);
            assertThat(response.brokers())
                    .extracting(broker ->
                            broker.brokerId() + "@" + broker.host() + ":" + broker.port() + "/" + broker.rack())
                    .containsExactly("1@plaintext1:9001/rack1", "2@plaintext2:9002/rack2");
        });
    }

    @Test
    void fencedBrokersAreShownToThoseWhoAsk() {
        metadata.fence(2);

        DescribeClusterResponseData live = describeCluster(2, new DescribeClusterRequestData());
        DescribeClusterResponseData all =
                describeCluster(2, new DescribeClusterRequestData().setIncludeFencedBrokers(true));

        assertThat(live.brokers()).hasSize(1);
        assertThat(live.controllerId()).isEqualTo(1);
        assertThat(all.brokers()).hasSize(2);
        assertThat(all.brokers().find(2).isFenced()).isTrue();
    }

    @Test
    void thereAreNoControllersToDescribe() {
        DescribeClusterResponseData controllers =
                describeCluster(1, new DescribeClusterRequestData().setEndpointType((byte) 2));
        DescribeClusterResponseData unknown =
                describeCluster(1, new DescribeClusterRequestData().setEndpointType((byte) 9));

        assertThat(Errors.forCode(controllers.errorCode())).isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE);
        assertThat(Errors.forCode(unknown.errorCode())).isEqualTo(Errors.UNSUPPORTED_ENDPOINT_TYPE);
    }

    @Test
    void operationsAreToldToThoseWhoAsk() {
        DescribeClusterRequestData request =
                new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true);

        assertThat(describeCluster(0, request).clusterAuthorizedOperations()).isEqualTo(8096);
        assertThat(describeCluster(0, new DescribeClusterRequestData()).clusterAuthorizedOperations())
                .isEqualTo(Integer.MIN_VALUE);
    }

    @Test
    void theDataDirectoryAndItsDiskAreDescribedInEveryVersion() {
        Exchange.forEachVersion(ApiKeys.DESCRIBE_LOG_DIRS, version -> {
            DescribeLogDirsResult result = logDirs(directory, version);

            assertThat(result.logDir()).isEqualTo(directory.toString());
            assertThat(result.errorCode()).isZero();
            assertThat(result.totalBytes())
                    .isEqualTo(version >= 4 ? directory.toFile().getTotalSpace() : -1);
            assertThat(result.usableBytes() > 0).isEqualTo(version >= 4);
        });
    }

    @Test
    void aDirectoryThatIsGoneIsAStorageError() {
        DescribeLogDirsResult result = logDirs(directory.resolve("gone"), ApiKeys.DESCRIBE_LOG_DIRS.latestVersion());

        assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    private DescribeLogDirsResult logDirs(Path path, int version) {
        return Exchange.ask(
                        new DescribeLogDirsHandler(metadata, NO_REPLICAS, path),
                        version,
                        new DescribeLogDirsRequestData().setTopics(null),
                        DescribeLogDirsResponseData.class)
                .results()
                .get(0);
    }

    private ApiVersionsResponseData apiVersions(int version, String client, String clientVersion) {
        ApiVersionsRequestData request =
                new ApiVersionsRequestData().setClientSoftwareName(client).setClientSoftwareVersion(clientVersion);
        return Exchange.ask(versions, version, request, ApiVersionsResponseData.class);
    }

    private DescribeClusterResponseData describeCluster(int version, DescribeClusterRequestData request) {
        return Exchange.ask(cluster, version, request, DescribeClusterResponseData.class);
    }
}
