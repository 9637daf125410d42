package dev.ahti.replica;

import com.typesafe.config.ConfigFactory;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Actors without a cluster. */
public final class LocalActors {
    private LocalActors() {}

    public static ActorTestKit start() {
        return ActorTestKit.create(
                ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    }
}
