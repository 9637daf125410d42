package dev.ahti.protocol;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A request as it came over the wire, decoded.
 *
 * @param clientId may be null
 * @param body its records are slices of the frame that it was decoded from
 * @param decodedBytes about what the decoded objects take on the heap beyond the frame; 0 where that is little
 */
public record Request(
        ApiKeys apiKey, short apiVersion, int correlationId, String clientId, ApiMessage body, int decodedBytes) {

    public short responseHeaderVersion() {
        return apiKey.responseHeaderVersion(apiVersion);
    }
}
