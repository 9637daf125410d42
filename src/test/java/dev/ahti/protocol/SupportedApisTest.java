package dev.ahti.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class SupportedApisTest {
    @Test
    void eachRangeIsWhatKafkaAdvertisesOnABrokersListener() {
        assertThat(SupportedApis.advertised()).hasSize(34).allSatisfy(ours -> assertThat(ours)
                .isEqualTo(ApiKeys.forId(ours.apiKey())
                        .toApiVersionForApiResponse(false, ListenerType.BROKER)
                        .orElseThrow()));
    }

    @Test
    void eachVersionThatKafkaSupportsIsAcceptedAndNoOther() {
        for (ApiKeys api : SupportedApis.apiKeys()) {
            for (int version = -1; version <= api.latestVersion() + 1; version++) {
                boolean stable = version <= api.latestVersion(false);
                assertThat(SupportedApis.isSupported(api, (short) version))
                        .as("%s v%s", api, version)
                        .isEqualTo(stable && api.isVersionSupported((short) version));
            }
        }
    }

    @Test
    void whatIsNotServedIsNotAccepted() {
        assertThat(SupportedApis.isSupported(ApiKeys.VOTE, (short) 0)).isFalse();
        assertThat(SupportedApis.isSupported(ApiKeys.BROKER_HEARTBEAT, (short) 0))
                .isFalse();
        assertThat(SupportedApis.advertised()).extracting(ApiVersion::apiKey).doesNotContain(ApiKeys.VOTE.id);
    }
}
