package dev.ahti.network;

import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;
import org.apache.pekko.dispatch.MonitorableThreadFactory;
import org.apache.pekko.dispatch.ThreadPoolConfig;

/** Makes the {@link RequestThreads} of a dispatcher whose {@code executor} is this class. */
public final class RequestThreadsConfigurator extends ExecutorServiceConfigurator {
    private final int parallelism;
    private final int maxThreads;

    public RequestThreadsConfigurator(Config config, DispatcherPrerequisites prerequisites) {
        super(config, prerequisites);
        Config settings = config.getConfig("request-threads");
        int cores = Runtime.getRuntime().availableProcessors();
        this.parallelism = ThreadPoolConfig.scaledPoolSize(
                settings.getInt("parallelism-min"),
                settings.getDouble("parallelism-factor"),
                settings.getInt("parallelism-max"));
        this.maxThreads = parallelism + Math.max(cores, settings.getInt("spare-threads"));
    }

    @Override
    public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threadFactory) {
        ThreadFactory named = threadFactory instanceof MonitorableThreadFactory factory
                ? factory.withName(factory.name() + "-" + id)
                : threadFactory;
        return () -> new RequestThreads(parallelism, maxThreads, named);
    }
}
