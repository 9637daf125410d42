package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.image.ClusterImage;

/**
 * What brokers have seen against what the journal holds (rule 22): a journal that was restored, or whose asynchronous
 * standby was promoted, ends before the images that were published from it.
 */
final class LostCommits {
    /** Where the journal ended when the singleton recovered it. */
    private long recoveredVersion;

    void recovered(long version) {
        recoveredVersion = version;
    }

    /** The broker has seen, under an earlier epoch, more than the journal held when ours began. */
    boolean proves(BrokerHeartbeat heartbeat, ClusterImage image) {
        return heartbeat.imageEpoch() < image.metadataEpoch() && heartbeat.imageVersion() > recoveredVersion;
    }

    /** The broker has seen what we did not write: another singleton, now or before the journal went back. */
    boolean suggests(BrokerHeartbeat heartbeat, ClusterImage image) {
        return heartbeat.imageEpoch() > image.metadataEpoch()
                || (heartbeat.imageEpoch() == image.metadataEpoch() && heartbeat.imageVersion() > image.version());
    }

    String line(int broker, long version, int epoch) {
        return "the metadata database lost commits: broker " + broker + " has seen version " + version + " of epoch "
                + epoch + ", the database ended at " + recoveredVersion
                + "; restore the database, or wait for its synchronous standby";
    }
}
