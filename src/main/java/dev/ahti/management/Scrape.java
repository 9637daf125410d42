package dev.ahti.management;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.metrics.GroupLagMetrics;
import dev.ahti.metrics.MetadataMetrics;
import dev.ahti.metrics.RequestMetrics;
import dev.ahti.model.AhtiVersion;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers the samples of this broker, each time that Prometheus asks: until then nothing is done for them but counting. */
final class Scrape {
    private static final Logger LOG = LoggerFactory.getLogger(Scrape.class);
    private static final int MAX_LAGS = 1000;

    private final NodeState state;
    private final Samples samples = new Samples();

    private Scrape(NodeState state) {
        this.state = state;
    }

    /**
     * Blocks on the disk.
     *
     * @param groupCount empty where the lag of groups is not known
     */
    static Samples of(NodeState state, Optional<Integer> groupCount) {
        Scrape scrape = new Scrape(state);
        ClusterImage image = state.image();
        scrape.samples.add(Metric.READY, state.ready() ? 1 : 0);
        scrape.cluster(image);
        state.node().ifPresent(node -> {
            scrape.samples.add(
                    Metric.BROKER_INFO, 1, node.broker(), AhtiVersion.ofJar().orElse("unknown"));
            scrape.samples.add(Metric.MAJORITY_SEEN, node.members().get().majority() ? 1 : 0);
            scrape.requests(node.requests());
            scrape.metadata(node.metadata());
            new ReplicaSamples(scrape.samples, node, image).add();
            scrape.disk(node);
            groupCount.ifPresent(count -> scrape.groups(count, node.partitionMetrics()));
        });
        return scrape.samples;
    }

    private void cluster(ClusterImage image) {
        var brokers = image.brokers().values();
        samples.add(Metric.BROKERS, brokers.stream().filter(BrokerImage::isLive).count(), "live");
        samples.add(Metric.BROKERS, brokers.stream().filter(BrokerImage::fenced).count(), "fenced");
        samples.add(
                Metric.BROKERS,
                brokers.stream()
                        .filter(each -> each.shuttingDown() && !each.fenced())
                        .count(),
                "shutting_down");
        long partitions = 0;
        long offline = 0;
        for (TopicImage topic : image.topics().values()) {
            for (PartitionImage partition : topic.partitions()) {
                partitions++;
                offline += partition.leader() == PartitionImage.NO_LEADER ? 1 : 0;
            }
        }
        samples.add(Metric.TOPICS, image.topics().size());
        samples.add(Metric.PARTITIONS, partitions);
        samples.add(Metric.OFFLINE, offline);
        samples.add(Metric.IMAGE_VERSION, image.version());
        samples.add(Metric.METADATA_EPOCH, image.metadataEpoch());
    }

    private void requests(RequestMetrics requests) {
        for (ApiKeys api : ApiKeys.values()) {
            RequestMetrics.Api counts = requests.of(api);
            if (counts.requests.sum() > 0) {
                samples.add(Metric.REQUESTS, counts.requests.sum(), api.name);
                samples.add(Metric.REQUEST_DURATION, counts.latencies, api.name);
                samples.add(Metric.REQUEST_BYTES, counts.requestBytes.sum(), api.name);
                samples.add(Metric.RESPONSE_BYTES, counts.responseBytes.sum(), api.name);
            }
        }
        samples.add(Metric.CONNECTIONS, requests.openConnections());
        samples.add(Metric.CONNECTIONS_OPENED, requests.connectionsOpened.sum());
        samples.add(Metric.CONNECTIONS_REFUSED, requests.connectionsRefused.sum());
    }

    private void metadata(MetadataMetrics metadata) {
        samples.add(Metric.ELECTIONS, metadata.elections.sum());
        samples.add(Metric.ISR_SHRINKS, metadata.isrShrinks.sum());
        samples.add(Metric.ISR_EXPANDS, metadata.isrExpands.sum());
        samples.add(Metric.SINGLETON, metadata.singleton() ? 1 : 0);
        samples.add(Metric.SESSIONS, metadata.sessions());
        samples.add(Metric.JOURNAL_WRITE, metadata.journalWrites);
        samples.add(Metric.JOURNAL_FAILURES, metadata.journalFailures.sum());
    }

    private void disk(NodeState.Node node) {
        try {
            FileStore disk = Files.getFileStore(node.directory().path());
            samples.add(Metric.DISK_FREE, disk.getUsableSpace());
            samples.add(Metric.DISK_SIZE, disk.getTotalSpace());
            samples.add(Metric.STRAYS, node.directory().strays().size());
        } catch (IOException e) {
            LOG.debug("{} cannot be looked at", node.directory().path(), e);
        }
    }

    private void groups(int count, boolean partitions) {
        samples.add(Metric.GROUPS, count);
        List<GroupLagMetrics.Lag> lags =
                state.groups().map(groups -> groups.lags().metrics().all()).orElse(List.of());
        Map<GroupAndTopic, Behind> byTopic = new LinkedHashMap<>();
        for (GroupLagMetrics.Lag lag : lags) {
            if (lag.records() >= 0) {
                byTopic.merge(
                        new GroupAndTopic(lag.group(), lag.topic()),
                        new Behind(lag.records(), lag.seconds()),
                        Behind::with);
            }
        }
        byTopic.entrySet().stream()
                .sorted(Comparator.comparingLong(each -> -each.getValue().records()))
                .limit(MAX_LAGS)
                .forEach(each -> {
                    GroupAndTopic of = each.getKey();
                    samples.add(Metric.GROUP_LAG, each.getValue().records(), of.group(), of.topic());
                    if (each.getValue().seconds() >= 0) {
                        samples.add(Metric.GROUP_LAG_SECONDS, each.getValue().seconds(), of.group(), of.topic());
                    }
                });
        if (partitions) {
            lags.stream()
                    .filter(lag -> lag.records() >= 0)
                    .forEach(lag -> samples.add(
                            Metric.GROUP_PARTITION_LAG, lag.records(), lag.group(), lag.topic(), lag.partition()));
        }
    }

    private record GroupAndTopic(String group, String topic) {}

    private record Behind(long records, double seconds) {
        Behind with(Behind other) {
            return new Behind(records + other.records, Math.max(seconds, other.seconds));
        }
    }
}
