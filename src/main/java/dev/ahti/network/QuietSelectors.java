package dev.ahti.network;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * The JDK's channels and selectors, except that no system call wakes a selector in which nobody waits
 * ({@link QuietSelector}). Pekko wakes its selector for each message that was read, mostly on the thread that waits next.
 */
public final class QuietSelectors extends SelectorProvider {
    private static final String PROPERTY = "java.nio.channels.spi.SelectorProvider";
    private static final String PACKAGE_OF_JDK = "sun.nio.ch";

    private final SelectorProvider jdk;

    /** Called by the JDK, once {@link #use} has named this class. */
    public QuietSelectors() throws ReflectiveOperationException {
        jdk = (SelectorProvider) Class.forName(PACKAGE_OF_JDK + ".DefaultSelectorProvider")
                .getMethod("get")
                .invoke(null);
    }

    /**
     * To be called before anything opens a channel. Without {@code --add-exports java.base/sun.nio.ch=ALL-UNNAMED}, which
     * is in the manifest of the jar, selectors stay the JDK's: a little more work for each message.
     */
    public static void use() {
        boolean exported = Object.class.getModule().isExported(PACKAGE_OF_JDK, QuietSelectors.class.getModule());
        if (exported && System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, QuietSelectors.class.getName());
        }
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return new QuietSelector(this, jdk.openSelector());
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return jdk.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return jdk.openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return jdk.openPipe();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return jdk.openServerSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return jdk.openServerSocketChannel(family);
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return jdk.openSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return jdk.openSocketChannel(family);
    }

    @Override
    public Channel inheritedChannel() throws IOException {
        return jdk.inheritedChannel();
    }
}
