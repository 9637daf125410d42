package dev.ahti.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class EssentialActorsTest {
    private static final ActorTestKit KIT = ActorTestKit.create("essential");
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final TestProbe<String> heard = KIT.createTestProbe();

    EssentialActorsTest() {
        EssentialActors.onFailure(KIT.system(), failures::add);
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private Behavior<String> repeater() {
        return Behaviors.receive(String.class)
                .onMessageEquals("fail", () -> {
                    throw new IllegalStateException("a defect");
                })
                .onMessageEquals("stop", Behaviors::stopped)
                .onAnyMessage(message -> {
                    heard.getRef().tell(message);
                    return Behaviors.same();
                })
                .onSignal(PostStop.class, signal -> {
                    heard.getRef().tell("stopped");
                    return Behaviors.same();
                })
                .build();
    }

    @Test
    void whichHasFailedAndWhyIsTold() {
        ActorRef<String> actor = EssentialActors.start(KIT.system(), repeater(), "repeater");

        actor.tell("hello");
        heard.expectMessage("hello");
        actor.tell("fail");

        heard.expectMessage("stopped");
        assertThat(failures).containsExactly("repeater failed: java.lang.IllegalStateException: a defect");
    }

    @Test
    void oneThatFailsWhenItStartsIsToldToo() {
        EssentialActors.start(
                KIT.system(),
                Behaviors.<String>setup(context -> {
                    throw new IllegalStateException("a defect");
                }),
                "starter");

        await().untilAsserted(() ->
                assertThat(failures).containsExactly("starter failed: java.lang.IllegalStateException: a defect"));
    }

    @Test
    void oneThatStopsBecauseItIsToldToHasNotFailed() {
        ActorRef<String> actor = EssentialActors.start(KIT.system(), repeater(), "obedient");

        actor.tell("stop");

        heard.expectMessage("stopped");
        assertThat(failures).isEmpty();
    }
}
