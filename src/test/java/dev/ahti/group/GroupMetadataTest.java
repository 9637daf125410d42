package dev.ahti.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ahti.api.FakeMetadata;
import dev.ahti.metadata.CurrentImage;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataImage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupMetadataTest {
    private final FakeMetadata metadata = new FakeMetadata().broker(1, "PLAINTEXT");
    private final CurrentImage current = new CurrentImage();
    private final ExecutorService twoThreads = Executors.newFixedThreadPool(2);
    private final List<Long> toldVersions = new CopyOnWriteArrayList<>();
    private final CountDownLatch deletedOffsetsAreGone = new CountDownLatch(1);
    private final GroupCoordinator coordinator = (GroupCoordinator) Proxy.newProxyInstance(
            GroupCoordinator.class.getClassLoader(), new Class<?>[] {GroupCoordinator.class}, (proxy, method, told) -> {
                toldVersions.add(((MetadataImage) told[1]).offset());
                if (toldVersions.size() == 2) {
                    deletedOffsetsAreGone.await();
                }
                return null;
            });

    @AfterEach
    void stop() {
        twoThreads.shutdownNow();
    }

    private long create(String topic) {
        metadata.topic(topic, 1, 1);
        current.show(metadata.image());
        return metadata.image().version();
    }

    @Test
    void aCoordinatorThatWaitsTakesOneThreadWhateverIsShownMeanwhileAndIsToldOfThatAsOneChange() throws Exception {
        long first = create("a");
        new GroupMetadata(current, coordinator, twoThreads).start();
        long second = create("b");
        await().until(() -> toldVersions.size() == 2);
        create("c");
        long last = create("d");

        twoThreads.submit(() -> {}).get(10, TimeUnit.SECONDS);
        deletedOffsetsAreGone.countDown();

        await().until(() -> toldVersions.contains(last));
        assertThat(toldVersions).containsExactly(first, second, last);
    }
}
