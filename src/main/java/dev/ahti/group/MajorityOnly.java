package dev.ahti.group;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * Lets no answer out while another broker may be coordinating the same groups (rule 16): looked at before a request, and last
 * of all before its answer, since the process may have slept meanwhile. One place for all of the coordinator's requests.
 */
final class MajorityOnly implements InvocationHandler {
    private final GroupCoordinator coordinator;
    private final BooleanSupplier seesMajority;

    private MajorityOnly(GroupCoordinator coordinator, BooleanSupplier seesMajority) {
        this.coordinator = coordinator;
        this.seesMajority = seesMajority;
    }

    /** The same coordinator, whose requests fail with NOT_COORDINATOR at such times. */
    static GroupCoordinator guard(GroupCoordinator coordinator, BooleanSupplier seesMajority) {
        return (GroupCoordinator) Proxy.newProxyInstance(
                GroupCoordinator.class.getClassLoader(),
                new Class<?>[] {GroupCoordinator.class},
                new MajorityOnly(coordinator, seesMajority));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getReturnType() != CompletableFuture.class) {
            return call(method, arguments);
        }
        if (!seesMajority.getAsBoolean()) {
            return CompletableFuture.failedFuture(Errors.NOT_COORDINATOR.exception());
        }
        return ((CompletableFuture<?>) call(method, arguments)).thenApply(answer -> {
            if (!seesMajority.getAsBoolean()) {
                throw Errors.NOT_COORDINATOR.exception();
            }
            return answer;
        });
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(coordinator, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
