package dev.ahti.log.planted;

import dev.ahti.api.ApiHandler;
import dev.ahti.config.BrokerConfig;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.pekko.actor.typed.ActorSystem;

/** Breaks every rule of {@code PackageRulesTest}, so that the test can show that they find something. */
public record LogThatReachesUp(ApiHandler<ProduceRequestData> handler, BrokerConfig config, ActorSystem<Void> system) {}
