package dev.ahti.api.groups;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** A group whose members come every 5 s, and every 500 ms while it settles. */
class SettlingGroupsTest {
    private static final Uuid TOPIC = new Uuid(1, 1);

    private long nowNanos = Duration.ofDays(1).toNanos();
    private SettlingGroups groups = settling(Duration.ofMillis(500));

    private SettlingGroups settling(Duration interval) {
        return new SettlingGroups(interval, Duration.ofSeconds(5), () -> nowNanos);
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
    }

    private static ConsumerGroupHeartbeatRequestData member(String group, int epoch) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberEpoch(epoch)
                .setTopicPartitions(null);
    }

    private static ConsumerGroupHeartbeatRequestData has(ConsumerGroupHeartbeatRequestData request, int... partitions) {
        return request.setTopicPartitions(List.of(new ConsumerGroupHeartbeatRequestData.TopicPartitions()
                .setTopicId(TOPIC)
                .setPartitions(IntStream.of(partitions).boxed().toList())));
    }

    /** What the coordinator would say. */
    private static ConsumerGroupHeartbeatResponseData answer() {
        return new ConsumerGroupHeartbeatResponseData().setHeartbeatIntervalMs(5000);
    }

    private static ConsumerGroupHeartbeatResponseData isToHave(int... partitions) {
        return answer().setAssignment(new Assignment()
                .setTopicPartitions(List.of(new ConsumerGroupHeartbeatResponseData.TopicPartitions()
                        .setTopicId(TOPIC)
                        .setPartitions(IntStream.of(partitions).boxed().toList()))));
    }

    private int interval(ConsumerGroupHeartbeatRequestData request, ConsumerGroupHeartbeatResponseData answer) {
        groups.answered(request, answer);
        return answer.heartbeatIntervalMs();
    }

    private int intervalOfAnother() {
        return interval(member("g", 7), answer());
    }

    @Test
    void aSettledGroupKeepsItsInterval() {
        assertThat(intervalOfAnother()).isEqualTo(5000);
    }

    @Test
    void allComeSoonerOnceOneHasJoinedUntilNothingHasChangedForAnInterval() {
        assertThat(interval(member("g", 0), answer())).isEqualTo(500);
        assertThat(intervalOfAnother()).isEqualTo(500);

        pass(Duration.ofMillis(4999));
        assertThat(intervalOfAnother()).isEqualTo(500);
        pass(Duration.ofMillis(1));
        assertThat(intervalOfAnother()).isEqualTo(5000);
    }

    @Test
    void anotherGroupIsNotConcerned() {
        interval(member("g", 0), answer());

        assertThat(interval(member("other", 7), answer())).isEqualTo(5000);
    }

    @Test
    void allComeSoonerOnceOneHasLeft() {
        interval(member("g", -1), new ConsumerGroupHeartbeatResponseData());

        pass(Duration.ofMillis(4999));
        assertThat(intervalOfAnother()).isEqualTo(500);
    }

    @Test
    void allComeSoonerOnceOneIsToldOfOtherPartitions() {
        assertThat(interval(member("g", 7), isToHave(1))).isEqualTo(500);
        assertThat(intervalOfAnother()).isEqualTo(500);
    }

    @Test
    void allComeSoonerOnceOneSaysThatItHasThem() {
        assertThat(interval(has(member("g", 7), 1), answer())).isEqualTo(500);
        assertThat(intervalOfAnother()).isEqualTo(500);
    }

    @Test
    void aMemberThatAlwaysSaysWhatItHasSettlesWithTheOthers() {
        assertThat(interval(has(member("g", 7), 1, 2), isToHave(2, 1))).isEqualTo(5000);
        assertThat(interval(has(member("g", 7), 1, 2), isToHave(1))).isEqualTo(500);
    }

    @Test
    void whatWasRefusedChangesNothing() {
        ConsumerGroupHeartbeatResponseData refused = answer().setErrorCode(Errors.GROUP_MAX_SIZE_REACHED.code());

        assertThat(interval(member("g", 0), refused)).isEqualTo(5000);
        assertThat(intervalOfAnother()).isEqualTo(5000);
    }

    @Test
    void aGroupsOwnIntervalIsNotMadeLonger() {
        assertThat(interval(member("g", 0), answer().setHeartbeatIntervalMs(300)))
                .isEqualTo(300);
    }

    @Test
    void withZeroAllIsAsInKafka() {
        groups = settling(Duration.ZERO);

        assertThat(interval(member("g", 0), answer())).isEqualTo(5000);
    }
}
