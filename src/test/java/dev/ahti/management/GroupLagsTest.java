package dev.ahti.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.groups.CommittedOffsets.Group;
import dev.ahti.management.GroupLag.PartitionLag;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.metadata.image.IsrMember;
import dev.ahti.metadata.image.PartitionImage;
import dev.ahti.metadata.image.TopicImage;
import dev.ahti.metrics.GroupLagMetrics;
import dev.ahti.model.PartitionId;
import dev.ahti.replica.LogPositions;
import dev.ahti.replica.LogPositions.Found;
import dev.ahti.replica.LogPositions.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.junit.jupiter.api.Test;

class GroupLagsTest {
    private static final Uuid TOPIC = Uuid.randomUuid();
    private static final long NOW_MS = 1_000_000;

    private final List<Group> groups = new ArrayList<>();
    private final Map<Integer, List<List<Position>>> asked = new HashMap<>();
    private final Map<Position, Found> logs = new HashMap<>();
    private final GroupLagMetrics metrics = new GroupLagMetrics();
    private CompletableFuture<List<Group>> committed = CompletableFuture.completedFuture(groups);
    private ClusterImage image = ClusterImage.empty().withTopic(TopicImage.empty(TOPIC, "t"));
    private int rounds;
    private long nanos;
    private long nanosForAnAnswer;
    private boolean answering = true;

    private final GroupLags lags = new GroupLags(
            () -> {
                rounds++;
                return committed;
            },
            () -> image,
            this::ask,
            metrics,
            () -> nanos,
            () -> NOW_MS);

    private CompletionStage<List<Found>> ask(int broker, List<Position> positions) {
        asked.computeIfAbsent(broker, key -> new ArrayList<>()).add(positions);
        nanos += nanosForAnAnswer;
        return answering
                ? CompletableFuture.completedFuture(positions.stream()
                        .filter(logs::containsKey)
                        .map(logs::get)
                        .toList())
                : CompletableFuture.failedFuture(new IllegalStateException("no answer"));
    }

    private void led(int partition, int leader) {
        image = image.withPartition(PartitionImage.assigned(new PartitionId(TOPIC, partition), List.of(leader))
                .withLeader(leader, 1)
                .withIsr(List.of(new IsrMember(leader, Uuid.ZERO_UUID)), List.of()));
    }

    private void log(int partition, long offset, long highWatermark, long timestampMs) {
        Position position = new Position(new PartitionId(TOPIC, partition), offset);
        logs.put(position, new Found(position, highWatermark, timestampMs));
    }

    private void group(String name, Map<Integer, Long> offsets) {
        groups.add(new Group(
                name,
                "Classic",
                "consumer",
                "Stable",
                offsets.entrySet().stream()
                        .collect(Collectors.toMap(
                                each -> new TopicPartition("t", each.getKey()), Map.Entry::getValue))));
    }

    private List<GroupLag> found() throws Exception {
        return lags.all().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private PartitionLag only() throws Exception {
        List<GroupLag> found = found();
        assertThat(found).hasSize(1);
        assertThat(found.get(0).partitions()).hasSize(1);
        return found.get(0).partitions().get(0);
    }

    @Test
    void lagIsWhatTheLogHasBeyondTheCommitAndTheAgeOfItsFirstRecord() throws Exception {
        led(0, 2);
        log(0, 7, 10, NOW_MS - 2_500);
        group("g", Map.of(0, 7L));

        PartitionLag lag = only();

        assertThat(lag.committedOffset()).isEqualTo(7);
        assertThat(lag.logEndOffset()).hasValue(10);
        assertThat(lag.records()).hasValue(3);
        assertThat(lag.seconds()).hasValue(2.5);
        assertThat(metrics.all()).containsExactly(new GroupLagMetrics.Lag("g", "t", 0, 3, 2.5));
    }

    @Test
    void whoHasReadAllIsNotBehind() throws Exception {
        led(0, 2);
        log(0, 10, 10, LogPositions.NO_RECORD);
        group("g", Map.of(0, 10L));

        assertThat(only().records()).hasValue(0);
        assertThat(only().seconds()).hasValue(0);
    }

    @Test
    void nobodyIsBehindByLessThanNothing() throws Exception {
        led(0, 2);
        log(0, 12, 10, NOW_MS + 5_000);
        group("g", Map.of(0, 12L));

        assertThat(only().records()).hasValue(0);
        assertThat(only().seconds()).hasValue(0);
    }

    @Test
    void aRecordWithoutATimeGivesNoSeconds() throws Exception {
        led(0, 2);
        log(0, 7, 10, LogPositions.NO_TIME);
        group("g", Map.of(0, 7L));

        assertThat(only().records()).hasValue(3);
        assertThat(only().seconds()).isEmpty();
    }

    @Test
    void whatTheLeaderDoesNotSayIsNotKnown() throws Exception {
        led(0, 2);
        answering = false;
        group("g", Map.of(0, 7L));

        assertThat(only().committedOffset()).isEqualTo(7);
        assertThat(only().logEndOffset()).isEmpty();
        assertThat(only().seconds()).isEmpty();
        assertThat(metrics.all()).containsExactly(new GroupLagMetrics.Lag("g", "t", 0, -1, -1));
    }

    @Test
    void aPartitionThatNobodyLeadsIsNotKnownAndADeletedOneNotShown() throws Exception {
        image = image.withPartition(PartitionImage.assigned(new PartitionId(TOPIC, 0), List.of(1)));
        group("g", Map.of(0, 7L, 1, 3L));

        assertThat(only().partition().partition()).isZero();
        assertThat(only().records()).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void eachLeaderIsAskedForItsOwnAndOnceForWhatTwoGroupsHaveAlike() throws Exception {
        led(0, 1);
        led(1, 2);
        group("b", Map.of(0, 7L, 1, 3L));
        group("a", Map.of(0, 7L));

        assertThat(found()).extracting(GroupLag::group).containsExactly("a", "b");
        assertThat(asked).containsOnlyKeys(1, 2);
        assertThat(asked.get(1)).containsExactly(List.of(new Position(new PartitionId(TOPIC, 0), 7)));
        assertThat(asked.get(2)).containsExactly(List.of(new Position(new PartitionId(TOPIC, 1), 3)));
    }

    @Test
    void whoeverAsksSoonAgainIsShownTheSame() throws Exception {
        found();
        nanos += TimeUnit.SECONDS.toNanos(4);
        found();
        assertThat(rounds).isEqualTo(1);

        nanos += TimeUnit.SECONDS.toNanos(2);
        found();
        assertThat(rounds).isEqualTo(2);
    }

    @Test
    void nobodyBeginsAnotherRoundWhileOneIsUnderWay() {
        committed = new CompletableFuture<>();
        lags.all();
        nanos += TimeUnit.MINUTES.toNanos(1);
        lags.all();

        assertThat(rounds).isEqualTo(1);
    }

    @Test
    void aRoundThatFailedIsTriedAgain() throws Exception {
        committed = CompletableFuture.failedFuture(new NotCoordinatorException("cut off"));
        assertThat(lags.all().toCompletableFuture()).isCompletedExceptionally();

        committed = CompletableFuture.completedFuture(groups);
        nanos += TimeUnit.SECONDS.toNanos(6);
        assertThat(found()).isEmpty();
    }

    @Test
    void aSlowLeaderIsAskedNoMoreWhenTheTimeIsUp() throws Exception {
        int count = 10 * LogPositions.MAX_POSITIONS;
        IntStream.range(0, count).forEach(partition -> {
            led(partition, 1);
            log(partition, 0, 1, NOW_MS);
        });
        group("g", IntStream.range(0, count).boxed().collect(Collectors.toMap(each -> each, each -> 0L)));
        nanosForAnAnswer = TimeUnit.SECONDS.toNanos(1);

        List<PartitionLag> partitions = found().get(0).partitions();

        assertThat(asked.get(1)).hasSizeBetween(2, 5).allMatch(each -> each.size() == LogPositions.MAX_POSITIONS);
        assertThat(partitions).hasSize(count);
        assertThat(partitions.stream().filter(each -> each.records().isPresent()))
                .hasSize(asked.get(1).size() * LogPositions.MAX_POSITIONS);
    }
}
