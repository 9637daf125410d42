package dev.ahti.metadata;

import static org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType.UNKNOWN;
import static org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType.UPGRADE;

import dev.ahti.metadata.MetadataClient.FeatureUpdate;
import dev.ahti.metadata.MetadataCommand.UpdateFeatures;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.protocol.Errors;

/**
 * Finalized features (KIP-584): {@code ahti.metadata.version} rises when every registered broker can read what it allows,
 * and never falls (rule 29). Those of Kafka's that Ahti has are there for tools and stay as they are. Words as Kafka's.
 */
final class FeatureDecisions {
    private static final String ALL_FAILED =
            "The update failed for all features since the following feature had an error: ";

    Decision updateFeatures(ClusterImage image, UpdateFeatures request) {
        List<MetadataEvent> events = new ArrayList<>();
        try {
            for (FeatureUpdate update : request.updates()) {
                update(image, update).ifPresent(events::add);
            }
        } catch (Refused refused) {
            return new Decision(List.of(), stamp -> request.replyTo()
                    .tell(new Done(
                            stamp.epoch(), stamp.version(), refused.error(), ALL_FAILED + refused.getMessage())));
        }
        return new Decision(request.validateOnly() ? List.of() : events, stamp -> request.replyTo()
                .tell(new Done(stamp.epoch(), stamp.version(), Errors.NONE, null)));
    }

    private static Optional<MetadataEvent> update(ClusterImage image, FeatureUpdate update) {
        UpgradeType type = UpgradeType.fromCode(update.type());
        boolean kafkas = MetadataSettings.KAFKA_FEATURES.containsKey(update.name());
        short before = kafkas
                ? MetadataSettings.KAFKA_FEATURES.get(update.name())
                : image.features().getOrDefault(update.name(), (short) 0);
        if (type == UNKNOWN) {
            throw refused(update, "The controller does not support the given upgrade type.");
        } else if (update.level() < 0) {
            throw refused(update, "A feature version cannot be less than 0.");
        }
        checkSupport(image, update, kafkas, before);
        if (update.level() < before) {
            throw refused(
                    update,
                    type == UPGRADE
                            ? "Can't downgrade the version of this feature without setting the upgrade type to either safe"
                                    + " or unsafe downgrade."
                            : "Can't downgrade the version of this feature.");
        } else if (update.level() > before && type != UPGRADE) {
            throw refused(update, "Can't downgrade to a newer version.");
        }
        return update.level() == before ? Optional.empty() : Optional.of(new SetFeature(update.name(), update.level()));
    }

    private static void checkSupport(ClusterImage image, FeatureUpdate update, boolean kafkas, short before) {
        if (kafkas) {
            checkRange(update, "Broker", before, before);
            return;
        }
        if (!update.name().equals(MetadataSettings.METADATA_VERSION_FEATURE)) {
            throw refused(update, "Ahti does not support this feature.");
        }
        image.brokers().values().stream()
                .sorted(Comparator.comparingInt(BrokerImage::id))
                .forEach(each -> checkRange(update, "Broker " + each.id(), 1, each.metadataVersion()));
    }

    private static void checkRange(FeatureUpdate update, String who, int min, int max) {
        if (update.level() < min || update.level() > max) {
            throw refused(update, who + " only supports versions " + min + "-" + max);
        }
    }

    private static Refused refused(FeatureUpdate update, String reason) {
        return new Refused(
                Errors.INVALID_UPDATE_VERSION,
                "Invalid update version " + update.level() + " for feature " + update.name() + ". " + reason);
    }
}
