package dev.ahti.protocol;

import java.util.List;

/**
 * A response ready to be sent, its length prefix included.
 *
 * @param size of all parts together, in bytes
 */
public record EncodedResponse(List<ResponsePart> parts, int size) {}
