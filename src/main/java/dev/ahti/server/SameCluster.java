package dev.ahti.server;

import com.typesafe.config.Config;
import java.util.List;
import org.apache.pekko.cluster.ConfigValidation;
import org.apache.pekko.cluster.JoinConfigCompatChecker;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What Pekko compares when a broker joins: nobody joins a broker that is alone, and nobody with another {@code
 * ahti.cluster.secret}. It keeps apart those that met by mistake; it is no proof against one who forges messages. Named in
 * application.conf.
 */
public final class SameCluster extends JoinConfigCompatChecker {
    static final String KEY = "ahti.cluster-mark";

    @Override
    public Seq<String> requiredKeys() {
        return CollectionConverters.asScala(List.of(KEY)).toSeq();
    }

    @Override
    public ConfigValidation check(Config toCheck, Config actual) {
        return JoinConfigCompatChecker.fullMatch(requiredKeys(), toCheck, actual);
    }
}
