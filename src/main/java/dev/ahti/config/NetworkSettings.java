package dev.ahti.config;

import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;

import org.apache.kafka.common.config.ConfigDef;

/** What Kafka clients connect to. */
final class NetworkSettings {
    static final String LISTENERS = "listeners";
    static final String ADVERTISED_LISTENERS = "advertised.listeners";
    static final String LISTENER_MODE = "ahti.listener.mode";
    static final String PROTOCOL_MAP = "listener.security.protocol.map";
    static final String QUEUED_MAX_REQUEST_BYTES = "queued.max.request.bytes";

    private NetworkSettings() {}

    static void define(ConfigDef settings) {
        Definitions.setting(
                settings,
                LISTENERS,
                ConfigDef.Type.LIST,
                "PLAINTEXT://127.0.0.1:9092",
                "Addresses to listen on, as `NAME://host:port`, separated by commas. An empty host or 0.0.0.0 is every"
                        + " interface, port 0 a free port. Listeners named in `controller.listener.names` are left out.");
        Definitions.setting(
                settings,
                ADVERTISED_LISTENERS,
                ConfigDef.Type.LIST,
                null,
                "Addresses that clients are told, as `NAME://host:port`, one for each listener. Unset: those of"
                        + " `listeners`, with this machine's name where the host is empty. Never 0.0.0.0.");
        Definitions.setting(
                settings,
                PROTOCOL_MAP,
                ConfigDef.Type.STRING,
                "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
                "The security protocol of each listener, as `NAME:PROTOCOL`, separated by commas.");
        Definitions.setting(
                settings,
                LISTENER_MODE,
                ConfigDef.Type.LIST,
                "direct",
                "`direct`: clients are told every broker's own advertised address. `virtual`: they are told of one broker"
                        + " with id 0 at the advertised address of the one that they ask, which hands requests on to"
                        + " where they belong; all brokers advertise the address of what spreads connections over them."
                        + " A mode for each listener is written `INSIDE:direct,OUTSIDE:virtual`; those that are not named"
                        + " are direct. The same at every broker.");
        Definitions.setting(
                settings,
                "socket.request.max.bytes",
                ConfigDef.Type.INT,
                100 * 1024 * 1024,
                atLeast(1),
                "The largest request in bytes; a connection that announces a larger one is closed.");
        Definitions.setting(
                settings,
                QUEUED_MAX_REQUEST_BYTES,
                ConfigDef.Type.LONG,
                -1L,
                "Bytes of requests held in memory over all connections before reading pauses. -1: a quarter of the"
                        + " heap.");
        Definitions.setting(
                settings,
                "connections.max.idle.ms",
                ConfigDef.Type.LONG,
                600_000L,
                "A connection without a request for so many milliseconds is closed.");
        Definitions.setting(
                settings,
                "socket.listen.backlog.size",
                ConfigDef.Type.INT,
                50,
                atLeast(1),
                "Connections that may wait to be accepted on each listener.");
        Definitions.setting(
                settings,
                "max.connections",
                ConfigDef.Type.INT,
                Integer.MAX_VALUE,
                atLeast(1),
                "Connections that may be open at each listener; further ones are closed at once.");
        Definitions.setting(
                settings,
                "ahti.connection.max.requests.in.flight",
                ConfigDef.Type.INT,
                64,
                atLeast(1),
                "Requests of one connection that may be under way before reading from it pauses.");
    }
}
