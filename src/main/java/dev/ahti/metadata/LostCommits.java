package dev.ahti.metadata;

import dev.ahti.metadata.MetadataCommand.BrokerHeartbeat;
import dev.ahti.metadata.image.ClusterImage;

/**
 * What brokers have seen against what the journal holds (rule 22): a journal that was restored, or whose asynchronous
 * standby was promoted, ends before the images that were published from it, or has gone another way since.
 */
final class LostCommits {
    /** What the journal held when the singleton recovered it. */
    private ClusterImage recovered = ClusterImage.empty();

    void recovered(ClusterImage image) {
        recovered = image;
    }

    /**
     * The broker has seen, under an earlier epoch, more than the journal held when ours began; or it has seen another epoch
     * of the number that ours has, or the one before: how far the versions have come since does not matter then.
     */
    boolean proves(BrokerHeartbeat heartbeat, ClusterImage image) {
        boolean ahead =
                heartbeat.imageEpoch() < image.metadataEpoch() && heartbeat.imageVersion() > recovered.version();
        return ahead || hasSeenAnother(heartbeat, image) || hasSeenAnother(heartbeat, recovered);
    }

    private static boolean hasSeenAnother(BrokerHeartbeat heartbeat, ClusterImage image) {
        return heartbeat.imageEpoch() == image.metadataEpoch()
                && heartbeat.imageEpochId().isPresent()
                && image.epochId().isPresent()
                && !heartbeat.imageEpochId().equals(image.epochId());
    }

    /** The broker has seen what we did not write: another singleton, now or before the journal went back. */
    boolean suggests(BrokerHeartbeat heartbeat, ClusterImage image) {
        return heartbeat.imageEpoch() > image.metadataEpoch()
                || (heartbeat.imageEpoch() == image.metadataEpoch() && heartbeat.imageVersion() > image.version());
    }

    String line(int broker, long version, int epoch) {
        return "the metadata database lost commits: broker " + broker + " has seen version " + version + " of epoch "
                + epoch + ", the database ended at " + recovered.version() + " of epoch " + recovered.metadataEpoch()
                + "; restore the database, or wait for its synchronous standby";
    }
}
