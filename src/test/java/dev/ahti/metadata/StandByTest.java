package dev.ahti.metadata;

import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.SetFeature;
import java.time.Duration;
import java.util.Collections;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StandByTest {
    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
    private final ManualTime time = ManualTime.get(kit.system());
    private final CurrentImage current = new CurrentImage();
    private final TestProbe<String> rehearsed = kit.createTestProbe();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** On the test's own thread: else the time would pass before it has heard of the image, or set its timer. */
    private void standBy(Members members) {
        kit.spawn(
                StandBy.create(
                        current,
                        members,
                        () -> Behaviors.setup(context -> {
                            rehearsed.getRef().tell("rehearsed");
                            return Behaviors.stopped();
                        })),
                Props.empty().withDispatcherFromConfig("pekko.test.calling-thread-dispatcher"));
    }

    private void events(int count) {
        SetFeature one = new SetFeature("x", (short) 1);
        current.show(Images.apply(current.get(), Collections.nCopies(count, one).toArray(MetadataEvent[]::new)));
    }

    @Test
    void aTakeoverIsRehearsedOnceAfterTheMetadataHasDoubled() {
        standBy(new FakeMembers(1, 2));
        events(5);
        events(5);
        time.expectNoMessageFor(StandBy.DELAY.minusMillis(1), rehearsed);
        time.timePasses(Duration.ofMillis(1));
        rehearsed.expectMessage("rehearsed");
        rehearsed.expectNoMessage(Duration.ofMillis(1));

        events(9);
        time.expectNoMessageFor(StandBy.DELAY.multipliedBy(2), rehearsed);
        events(1);
        time.timePasses(StandBy.DELAY);
        rehearsed.expectMessage("rehearsed");
    }

    @Test
    void anImageThatIsThereFirstIsRehearsedToo() {
        events(5);
        standBy(new FakeMembers(1, 2));

        time.timePasses(StandBy.DELAY);

        rehearsed.expectMessage("rehearsed");
    }

    @Test
    void aBrokerAloneHasNothingToTakeOver() {
        standBy(new FakeMembers(1));
        events(5);

        time.expectNoMessageFor(StandBy.DELAY.multipliedBy(2), rehearsed);
    }
}
