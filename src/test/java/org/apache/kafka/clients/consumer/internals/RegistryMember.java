package org.apache.kafka.clients.consumer.internals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.GroupRebalanceConfig;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.internals.ClusterResourceListeners;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Timer;

/**
 * A member of a group of type {@code sr}, as registries of schemas make one to elect the one that writes. It stands on the
 * base of Kafka's own members, which only Kafka's package sees, and consumes nothing.
 */
public final class RegistryMember extends AbstractCoordinator {
    private final String name;
    private final Thread thread = new Thread(this::run, "registry");
    private volatile boolean ended;
    private volatile String primary = "";
    private volatile Throwable failure;

    private RegistryMember(String name, GroupRebalanceConfig group, ConsumerNetworkClient client, LogContext log) {
        super(group, log, client, new Metrics(), "registry", Time.SYSTEM);
        this.name = name;
    }

    public static RegistryMember join(String bootstrap, String group, String name) {
        ConsumerConfig config = new ConsumerConfig(Map.of(
                "bootstrap.servers",
                bootstrap,
                "group.id",
                group,
                "client.id",
                name,
                "heartbeat.interval.ms",
                "300",
                "key.deserializer",
                StringDeserializer.class,
                "value.deserializer",
                StringDeserializer.class));
        LogContext log = new LogContext("[" + name + "] ");
        Metadata metadata = new Metadata(100, 1_000, 300_000, log, new ClusterResourceListeners());
        metadata.bootstrap(ClientUtils.parseAndValidateAddresses(config));
        var network = ClientUtils.createNetworkClient(
                config, new Metrics(), "registry", log, new ApiVersions(), Time.SYSTEM, 100, metadata, null, null);
        RegistryMember member = new RegistryMember(
                name,
                new GroupRebalanceConfig(config, GroupRebalanceConfig.ProtocolType.CONSUMER),
                new ConsumerNetworkClient(
                        log,
                        network,
                        metadata,
                        Time.SYSTEM,
                        100,
                        config.getInt(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG),
                        300),
                log);
        member.thread.setDaemon(true);
        member.thread.setUncaughtExceptionHandler((thread, thrown) -> member.failure = thrown);
        member.thread.start();
        return member;
    }

    /** The name of the member that writes, as the leader of the group has told this one; none while that is open. */
    public String primary() {
        if (failure != null) {
            throw new AssertionError(name + " failed", failure);
        }
        return primary;
    }

    private void run() {
        while (!ended) {
            try {
                ensureActiveGroup();
                pollHeartbeat(time.milliseconds());
                client.poll(time.timer(100));
            } catch (WakeupException toEnd) {
                // What it was woken for is looked at above.
            }
        }
        close();
    }

    /** Leaves the group, and returns when that is done. */
    public void leave() throws InterruptedException {
        ended = true;
        client.wakeup();
        thread.join();
    }

    @Override
    protected String protocolType() {
        return "sr";
    }

    @Override
    protected JoinGroupRequestProtocolCollection metadata() {
        return new JoinGroupRequestProtocolCollection(
                List.of(new JoinGroupRequestProtocol().setName("v0").setMetadata(name.getBytes(StandardCharsets.UTF_8)))
                        .iterator());
    }

    @Override
    protected boolean onJoinPrepare(Timer timer, int generation, String memberId) {
        primary = "";
        return true;
    }

    /** All are told the name of the leader. */
    @Override
    protected Map<String, ByteBuffer> onLeaderElected(
            String leaderId, String protocol, List<JoinGroupResponseMember> members, boolean skipAssignment) {
        Map<String, ByteBuffer> told = new HashMap<>();
        members.forEach(each -> told.put(each.memberId(), ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8))));
        return told;
    }

    @Override
    protected void onJoinComplete(int generation, String memberId, String protocol, ByteBuffer assignment) {
        primary = StandardCharsets.UTF_8.decode(assignment).toString();
    }
}
