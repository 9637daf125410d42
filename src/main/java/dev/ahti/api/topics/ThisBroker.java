package dev.ahti.api.topics;

import org.apache.kafka.common.errors.InvalidRequestException;

/** The broker that was asked, for requests that only the broker that they name can answer. */
record ThisBroker(int id) {

    /** @throws InvalidRequestException where the resource is of another broker, or of none */
    void requireNamed(String resourceName) {
        int named;
        try {
            named = Integer.parseInt(resourceName);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Broker id must be an integer, but it is: " + resourceName, e);
        }
        if (named != id) {
            throw new InvalidRequestException(
                    "Unexpected broker id, expected " + id + " or empty string, but received " + resourceName);
        }
    }
}
