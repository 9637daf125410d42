package dev.ahti.model;

/**
 * One address at which a broker can be reached.
 *
 * @param listener name of the listener, as in {@code listeners} (PLAINTEXT, INTERNAL, ...)
 * @param securityProtocol Kafka's name of the protocol spoken there (PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL)
 */
public record Endpoint(String listener, String securityProtocol, String host, int port) {

    @Override
    public String toString() {
        return listener + "://" + host + ":" + port;
    }
}
