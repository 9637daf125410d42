package dev.ahti.api.topics;

import dev.ahti.metadata.MetadataClient.ConfigChange;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * The broker that was asked, for requests that only the broker that they name can answer.
 *
 * @param id under which clients know it
 * @param standsForAll clients know no other broker
 */
record ThisBroker(int id, boolean standsForAll) {

    /** What is said to the one broker that stands for all is meant for all. */
    ConfigChange meant(ConfigChange change) {
        ConfigResource resource = change.resource();
        boolean forAll = standsForAll
                && resource.type() == ConfigResource.Type.BROKER
                && resource.name().equals(Integer.toString(id));
        return forAll
                ? new ConfigChange(
                        new ConfigResource(ConfigResource.Type.BROKER, ""), change.replaceAll(), change.operations())
                : change;
    }

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
