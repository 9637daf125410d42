package dev.ahti.network;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A selector of the JDK that remembers being woken while nobody waits in it. The next wait then returns without a look
 * at the sockets: whoever woke it has something to do first, often to switch on again what the last wait switched off,
 * and both system calls for that are saved as well.
 *
 * <pre>
 *   IDLE ---- wakeup ----> WOKEN ---- select: returns at once ----> IDLE
 *   IDLE ---- select ----> WAITING ---- wakeup: the JDK's; a socket is ready ----> IDLE
 * </pre>
 *
 * It never passes over the sockets twice in a row, however often it is woken.
 */
final class QuietSelector extends AbstractSelector {
    private enum State {
        IDLE,
        WAITING,
        WOKEN
    }

    private final AbstractSelector jdk;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private boolean passedOver; // Only by the one thread that selects.

    QuietSelector(SelectorProvider provider, AbstractSelector jdk) {
        super(provider);
        this.jdk = jdk;
    }

    @Override
    public int select() throws IOException {
        return select(0);
    }

    @Override
    public int select(long timeoutMs) throws IOException {
        if (!state.compareAndSet(State.IDLE, State.WAITING)) {
            return woken();
        }
        try {
            passedOver = false;
            return jdk.select(timeoutMs);
        } finally {
            state.set(State.IDLE);
        }
    }

    private int woken() throws IOException {
        if (passedOver) {
            return selectNow();
        }
        state.set(State.IDLE);
        passedOver = true;
        return 0;
    }

    @Override
    public int selectNow() throws IOException {
        state.set(State.IDLE);
        passedOver = false;
        return jdk.selectNow();
    }

    @Override
    public Selector wakeup() {
        while (!state.compareAndSet(State.IDLE, State.WOKEN)) {
            State now = state.get();
            if (now == State.WAITING) {
                jdk.wakeup(); // Where the wait has just ended, the JDK's next one returns at once, which does no harm.
            }
            if (now != State.IDLE) {
                break; // Else a wait ended between the two looks.
            }
        }
        return this;
    }

    /** The key belongs to the JDK's selector, which knows nothing of this one. */
    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        try {
            return channel.register(jdk, operations, attachment);
        } catch (ClosedChannelException e) {
            throw new IllegalStateException("closed while being registered", e);
        }
    }

    @Override
    public Set<SelectionKey> keys() {
        return jdk.keys();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return jdk.selectedKeys();
    }

    @Override
    protected void implCloseSelector() throws IOException {
        jdk.close();
    }
}
