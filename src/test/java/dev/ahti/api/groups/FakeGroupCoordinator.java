package dev.ahti.api.groups;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/** Kafka's coordinator, which answers as the test says and remembers what it was asked. */
public final class FakeGroupCoordinator {
    private final Map<String, Function<Object, CompletableFuture<?>>> answers = new HashMap<>();
    private final Deque<Asked> asked = new ArrayDeque<>();

    /** @param what the second argument of the method */
    record Asked(String method, AuthorizableRequestContext who, Object what) {}

    /** @param answer is given the second argument of the method */
    void answers(String method, Function<Object, Object> answer) {
        answers.put(method, what -> CompletableFuture.completedFuture(answer.apply(what)));
    }

    void fails(String method, Exception failure) {
        answers.put(method, what -> CompletableFuture.failedFuture(failure));
    }

    public GroupCoordinator coordinator() {
        return (GroupCoordinator) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {GroupCoordinator.class}, this::invoke);
    }

    private Object invoke(Object proxy, Method method, Object[] arguments) {
        Function<Object, CompletableFuture<?>> answer = answers.get(method.getName());
        if (answer == null) {
            throw new AssertionError("not to be asked: " + method.getName());
        }
        asked.add(new Asked(method.getName(), (AuthorizableRequestContext) arguments[0], arguments[1]));
        return answer.apply(arguments[1]);
    }

    Asked last() {
        return asked.getLast();
    }

    boolean wasAsked() {
        return !asked.isEmpty();
    }
}
