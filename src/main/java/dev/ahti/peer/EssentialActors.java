package dev.ahti.peer;

import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actors without which a broker would limp on: one that fails is stopped by Pekko, which nobody would notice. What they
 * do not expect is a defect of ours; the broker ends then, so that others take over what it leads, and it starts anew.
 */
public final class EssentialActors implements Extension {
    private static final Logger LOG = LoggerFactory.getLogger(EssentialActors.class);
    private static final Id ID = new Id();

    private volatile Consumer<String> onFailure = line -> {};

    private EssentialActors() {}

    /** @param action called with one line that says which has failed and why, on any thread */
    public static void onFailure(ActorSystem<?> system, Consumer<String> action) {
        system.registerExtension(ID).onFailure = action;
    }

    /** As {@code systemActorOf} does. */
    public static <T> ActorRef<T> start(ActorSystem<?> system, Behavior<T> behavior, String name) {
        return system.systemActorOf(essential(system, behavior), name, Props.empty());
    }

    /** For those whom others start. */
    public static <T> Behavior<T> essential(ActorSystem<?> system, Behavior<T> behavior) {
        EssentialActors actors = system.registerExtension(ID);
        return Behaviors.intercept(() -> new Guard<T>(actors), behavior).narrow();
    }

    private void failed(TypedActorContext<?> actor, Exception failure) {
        String name = actor.asJava().getSelf().path().name();
        LOG.error("{} failed", name, failure);
        onFailure.accept(name + " failed: " + failure);
    }

    private static final class Id extends ExtensionId<EssentialActors> {
        @Override
        public EssentialActors createExtension(ActorSystem<?> system) {
            return new EssentialActors();
        }
    }

    private static final class Guard<T> extends BehaviorInterceptor<Object, T> {
        private final EssentialActors actors;

        Guard(EssentialActors actors) {
            super(Object.class);
            this.actors = actors;
        }

        @Override
        public Behavior<T> aroundStart(TypedActorContext<Object> actor, PreStartTarget<T> target) {
            try {
                return target.start(actor);
            } catch (Exception e) {
                actors.failed(actor, e);
                throw e;
            }
        }

        @Override
        @SuppressWarnings("unchecked") // What is not of this type was not sent to an ActorRef of it.
        public Behavior<T> aroundReceive(TypedActorContext<Object> actor, Object message, ReceiveTarget<T> target) {
            try {
                return target.apply(actor, (T) message);
            } catch (Exception e) {
                actors.failed(actor, e);
                throw e;
            }
        }

        @Override
        public Behavior<T> aroundSignal(TypedActorContext<Object> actor, Signal signal, SignalTarget<T> target) {
            try {
                return target.apply(actor, signal);
            } catch (Exception e) {
                actors.failed(actor, e);
                throw e;
            }
        }
    }
}
