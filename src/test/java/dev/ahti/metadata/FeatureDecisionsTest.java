package dev.ahti.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.metadata.MetadataClient.FeatureUpdate;
import dev.ahti.metadata.MetadataCommand.UpdateFeatures;
import dev.ahti.metadata.MetadataReply.Done;
import dev.ahti.metadata.event.RegisterBroker;
import dev.ahti.metadata.event.SetFeature;
import dev.ahti.metadata.image.ClusterImage;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;

class FeatureDecisionsTest {
    private static final String OURS = "ahti.metadata.version";
    private static final byte UPGRADE = 1;
    private static final byte SAFE_DOWNGRADE = 2;

    private final FeatureDecisions decisions = new FeatureDecisions();

    /** Brokers that can read up to these levels; level 1 is finalized. */
    private static ClusterImage image(int... levels) {
        ClusterImage image = Images.apply(ClusterImage.empty(), new SetFeature(OURS, (short) 1));
        for (int i = 0; i < levels.length; i++) {
            image = Images.apply(
                    image,
                    new RegisterBroker(
                            i + 1,
                            new Uuid(1, i),
                            new Uuid(2, i),
                            List.of(),
                            Optional.empty(),
                            Optional.empty(),
                            levels[i]));
        }
        return image;
    }

    private Done answer(ClusterImage image, boolean validateOnly, FeatureUpdate... updates) {
        return Images.answer(
                Done.class,
                replyTo ->
                        decisions.updateFeatures(image, new UpdateFeatures(List.of(updates), validateOnly, replyTo)));
    }

    private ClusterImage after(ClusterImage image, boolean validateOnly, FeatureUpdate... updates) {
        return Images.apply(
                image, decisions.updateFeatures(image, new UpdateFeatures(List.of(updates), validateOnly, null)));
    }

    @Test
    void aLevelIsRaisedWhenEveryRegisteredBrokerCanReadIt() {
        FeatureUpdate update = new FeatureUpdate(OURS, (short) 2, UPGRADE);

        assertThat(after(image(2, 3), false, update).features()).containsEntry(OURS, (short) 2);
        assertThat(after(image(2, 1), false, update).features()).containsEntry(OURS, (short) 1);
        assertThat(answer(image(2, 1), false, update).message())
                .isEqualTo("The update failed for all features since the following feature had an error: Invalid update"
                        + " version 2 for feature " + OURS + ". Broker 2 only supports versions 1-1");
        assertThat(answer(image(2, 1), false, update).error()).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    }

    @Test
    void aLevelIsNeverLowered() {
        ClusterImage raised = after(image(2), false, new FeatureUpdate(OURS, (short) 2, UPGRADE));

        assertThat(answer(raised, false, new FeatureUpdate(OURS, (short) 1, UPGRADE))
                        .message())
                .contains("Can't downgrade the version of this feature without setting the upgrade type");
        assertThat(answer(raised, false, new FeatureUpdate(OURS, (short) 1, SAFE_DOWNGRADE))
                        .error())
                .isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(answer(image(3), false, new FeatureUpdate(OURS, (short) 2, SAFE_DOWNGRADE))
                        .message())
                .endsWith("Can't downgrade to a newer version.");
    }

    @Test
    void oneThatFailsFailsAllAndValidatingChangesNothing() {
        FeatureUpdate good = new FeatureUpdate(OURS, (short) 2, UPGRADE);
        FeatureUpdate bad = new FeatureUpdate("transaction.version", (short) 1, UPGRADE);

        assertThat(after(image(2), false, good, bad).features()).containsEntry(OURS, (short) 1);
        assertThat(after(image(2), true, good).features()).containsEntry(OURS, (short) 1);
        assertThat(answer(image(2), true, good).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void kafkasFeaturesStayAsTheyAre() {
        assertThat(answer(image(1), false, new FeatureUpdate("group.version", (short) 1, UPGRADE))
                        .error())
                .isEqualTo(Errors.NONE);
        assertThat(answer(image(1), false, new FeatureUpdate("group.version", (short) 0, SAFE_DOWNGRADE))
                        .error())
                .isEqualTo(Errors.INVALID_UPDATE_VERSION);
        short level = MetadataVersion.LATEST_PRODUCTION.featureLevel();

        assertThat(answer(image(1), false, new FeatureUpdate(MetadataVersion.FEATURE_NAME, level, UPGRADE))
                        .error())
                .isEqualTo(Errors.NONE);
        assertThat(answer(
                                image(1),
                                false,
                                new FeatureUpdate(MetadataVersion.FEATURE_NAME, (short) (level + 1), UPGRADE))
                        .error())
                .isEqualTo(Errors.INVALID_UPDATE_VERSION);
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThat(answer(image(1), false, new FeatureUpdate(OURS, (short) -1, UPGRADE))
                        .message())
                .endsWith("A feature version cannot be less than 0.");
        assertThat(answer(image(1), false, new FeatureUpdate(OURS, (short) 1, (byte) 9))
                        .message())
                .endsWith("The controller does not support the given upgrade type.");
    }
}
