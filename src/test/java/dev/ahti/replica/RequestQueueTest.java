package dev.ahti.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.replica.LocalReplica.DeleteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class RequestQueueTest {
    private final AtomicInteger announced = new AtomicInteger();
    private final RequestQueue queue = new RequestQueue(announced::incrementAndGet);
    private final List<DeleteResult> answers = new ArrayList<>();

    private ReplicaRequest request() {
        return new ReplicaRequest.DeleteRecords(0, 0, answers::add);
    }

    @Test
    void shouldAnnounceOnceWhatIsTakenInOneGo() {
        queue.add(request());
        queue.add(request());
        assertThat(announced).hasValue(1);

        queue.beginTaking();
        assertThat(queue.take()).isNotNull();
        queue.add(request());
        assertThat(announced).hasValue(2);
    }

    @Test
    void shouldAnnounceAgainWhatWasLeft() {
        queue.add(request());
        queue.add(request());
        queue.beginTaking();
        queue.take();
        queue.endTaking();

        assertThat(announced).hasValue(2);
    }

    @Test
    void shouldAnswerWhatWaitsAndWhatComesAfterItIsClosed() {
        queue.add(request());
        queue.close(Errors.KAFKA_STORAGE_ERROR);
        queue.add(request());

        assertThat(answers).extracting(DeleteResult::error).containsOnly(Errors.KAFKA_STORAGE_ERROR);
        assertThat(answers).hasSize(2);
        assertThat(announced).as("nobody is there to take it").hasValue(1);
    }

    @Test
    void shouldAnswerExactlyOnceWhoeverComesWhileItCloses() throws Exception {
        for (int round = 0; round < 500; round++) {
            AtomicInteger count = new AtomicInteger();
            RequestQueue contended = new RequestQueue(() -> {});
            CountDownLatch go = new CountDownLatch(1);
            Thread adder = new Thread(() -> {
                awaitQuietly(go);
                for (int i = 0; i < 20; i++) {
                    contended.add(new ReplicaRequest.DeleteRecords(0, 0, result -> count.incrementAndGet()));
                }
            });
            adder.start();
            go.countDown();
            contended.close(Errors.NOT_LEADER_OR_FOLLOWER);
            adder.join();
            assertThat(count).hasValue(20);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
