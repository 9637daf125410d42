package dev.ahti.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Lets a SIGTERM end in exit status 0: a shutdown hook alone would leave it at 143. The JDK has no public API for it, and
 * javac warns of the one that there is, hence reflection.
 */
final class Signals {
    private Signals() {}

    /** Calls {@code stop}, on a thread of its own, at the first TERM, INT or HUP. */
    static void onTermination(Runnable stop) {
        for (String signal : new String[] {"TERM", "INT", "HUP"}) {
            try {
                handle(signal, stop);
            } catch (ReflectiveOperationException | IllegalArgumentException ignored) {
                // A JVM that keeps the signal to itself (-Xrs): the process then ends without a clean shutdown.
            }
        }
    }

    private static void handle(String name, Runnable stop) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        InvocationHandler onSignal = (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
                stop.run();
                return null;
            }
            return objectMethod(proxy, method, arguments);
        };
        Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, onSignal);
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    }

    private static Object objectMethod(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "termination";
        };
    }
}
