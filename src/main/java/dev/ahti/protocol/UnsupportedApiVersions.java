package dev.ahti.protocol;

import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * An ApiVersions request of a version that does not exist (yet). It alone is answered, in v0 and with the versions that
 * do, so that a client newer than this broker can begin again (KIP-511).
 */
final class UnsupportedApiVersions {
    private UnsupportedApiVersions() {}

    static EncodedResponse response(int correlationId) {
        ApiVersionsResponseData response =
                new ApiVersionsResponseData().setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        response.apiKeys().add(SupportedApis.advertised(ApiKeys.API_VERSIONS));
        return ResponseEncoder.encode(correlationId, (short) 0, response, (short) 0);
    }
}
