package dev.ahti.replica;

import com.typesafe.config.ConfigFactory;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Actors without a cluster. */
final class LocalActors {
    private LocalActors() {}

    static ActorTestKit start() {
        return ActorTestKit.create(
                ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    }
}
