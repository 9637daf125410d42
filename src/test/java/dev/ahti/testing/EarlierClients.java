package dev.ahti.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** kafka-clients of an earlier version, which {@code pom.xml} puts beside those of this build. */
public final class EarlierClients extends URLClassLoader {
    private static final Map<String, EarlierClients> LOADED = new ConcurrentHashMap<>();

    private EarlierClients(String version) throws IOException {
        super(
                new URL[] {
                    jar(version).toUri().toURL(),
                    GroupConsumer.class.getProtectionDomain().getCodeSource().getLocation()
                },
                EarlierClients.class.getClassLoader());
    }

    /** One of those in {@code pom.xml}; never unloaded. */
    public static EarlierClients of(String version) {
        return LOADED.computeIfAbsent(version, each -> {
            try {
                return new EarlierClients(each);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static Path jar(String version) {
        Path jar = Path.of(System.getProperty("user.dir"), "target/earlier-clients/kafka-clients-" + version + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: mvn verify puts it there");
        }
        return jar;
    }

    /** Runs in a thread whose context class loader is this. */
    Runnable consumer(Map<String, Object> settings, GroupConsumer.Member member) {
        try {
            return (Runnable) loadClass(GroupConsumer.class.getName())
                    .getConstructor(Map.class, GroupConsumer.Member.class)
                    .newInstance(settings, member);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Kafka's classes and those that use them from here; the JDK's, logging and the seam from the class path. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("org.apache.kafka.") && !name.equals(GroupConsumer.class.getName())) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    /** Such as the file that says which version these clients are. */
    @Override
    public URL getResource(String name) {
        URL own = findResource(name);
        return own == null ? super.getResource(name) : own;
    }
}
