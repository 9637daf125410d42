package dev.ahti.network;

import com.typesafe.config.Config;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;
import org.apache.pekko.dispatch.MonitorableThreadFactory;
import org.apache.pekko.dispatch.ThreadPoolConfig;

/**
 * Gives the {@link RequestThreads} of an actor system to a dispatcher whose {@code executor} is this class. With
 * {@code selects = on} the dispatcher runs Pekko's select loop on them, and nothing else.
 */
public final class RequestThreadsConfigurator extends ExecutorServiceConfigurator {
    /** An actor system has one, shared by its dispatchers. */
    private static final Map<ActorSystem.Settings, SharedRequestThreads> OF_SYSTEM = new WeakHashMap<>();

    private final DispatcherPrerequisites prerequisites;
    private final int parallelism;
    private final int maxThreads;
    private final boolean selects;

    public RequestThreadsConfigurator(Config config, DispatcherPrerequisites prerequisites) {
        super(config, prerequisites);
        this.prerequisites = prerequisites;
        Config settings = config.getConfig("request-threads");
        int cores = Runtime.getRuntime().availableProcessors();
        this.parallelism = ThreadPoolConfig.scaledPoolSize(
                settings.getInt("parallelism-min"),
                settings.getDouble("parallelism-factor"),
                settings.getInt("parallelism-max"));
        this.maxThreads = parallelism + Math.max(cores, settings.getInt("spare-threads"));
        this.selects = settings.getBoolean("selects");
    }

    @Override
    public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threadFactory) {
        ThreadFactory named = threadFactory instanceof MonitorableThreadFactory factory
                ? factory.withName(factory.name() + "-request")
                : threadFactory;
        return () -> shared().open(selects, () -> new RequestThreads(parallelism, maxThreads, named));
    }

    private SharedRequestThreads shared() {
        synchronized (OF_SYSTEM) {
            return OF_SYSTEM.computeIfAbsent(prerequisites.settings(), settings -> new SharedRequestThreads());
        }
    }
}
