package dev.ahti.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What the chaos run finds of groups: histories that are wrong, and only those. */
class GroupCommitsTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Verdict verdict = new Verdict(new PrintStream(out, true, StandardCharsets.UTF_8));
    private final GroupCommits commits = new GroupCommits("g", verdict);

    private void answered(long offset) {
        commits.answered(Map.of(PARTITION, offset), System.nanoTime());
    }

    private void shown(Map<TopicPartition, Long> offsets) {
        commits.shown("somebody", offsets, Set.of(PARTITION), commits.floors());
    }

    private void assertFound(String kind) {
        assertThat(verdict.violations()).hasSize(1).allMatch(each -> each.startsWith(kind + ": "));
    }

    @Test
    void whoIsShownWhatWasAnsweredOrMoreIsRight() {
        answered(5);
        shown(Map.of(PARTITION, 5L));
        shown(Map.of(PARTITION, 7L));
        answered(9);
        shown(Map.of(PARTITION, 9L));
        assertThat(verdict.violations()).isEmpty();
    }

    @Test
    void aCommitThatWasAnsweredAndIsGoneIsFound() {
        answered(5);
        shown(Map.of());
        assertFound("answered commit lost");
    }

    @Test
    void aCommitThatWasAnsweredAndIsLessIsFound() {
        answered(5);
        answered(8);
        shown(Map.of(PARTITION, 5L));
        assertFound("answered commit lost");
    }

    @Test
    void aCommittedOffsetThatGoesBackIsFoundThoughNobodyWasAnswered() {
        shown(Map.of(PARTITION, 7L));
        shown(Map.of(PARTITION, 6L));
        assertFound("committed offset goes back");
    }

    @Test
    void whatIsAnsweredWhileSomebodyAsksNeedNotBeShown() {
        answered(5);
        GroupCommits.Floors before = commits.floors();
        answered(8);
        commits.shown("somebody", Map.of(PARTITION, 5L), Set.of(PARTITION), before);
        assertThat(verdict.violations()).isEmpty();
    }

    @Test
    void aMemberWhoseAnswerIsToldLateDoesNotLowerWhatIsDue() {
        answered(8);
        answered(5);
        shown(Map.of(PARTITION, 5L));
        assertFound("answered commit lost");
    }

    @Test
    void aRecordThatNoMemberHasReadIsFound() {
        commits.consumed(PARTITION, 0);
        commits.consumed(PARTITION, 2);
        commits.hasConsumed(PARTITION, Set.of(0L, 2L));
        assertThat(verdict.violations()).isEmpty();
        commits.hasConsumed(PARTITION, Set.of(0L, 1L));
        assertFound("acknowledged record not consumed");
    }

    @Test
    void theNextCommitIsOneThatWasSentAfterTheKill() {
        long sent = System.nanoTime();
        commits.awaitNext("kill -9", 60_000, false);
        commits.answered(Map.of(PARTITION, 1L), sent);
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("commits again");
        answered(2);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("g commits again after")
                .doesNotContain("LATE");
    }

    @Test
    void aGroupThatGoesOnTooLateIsNamed() {
        answered(0);
        commits.awaitNext("kill -9", -1, false);
        answered(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("LATE");
    }

    @Test
    void notWhereItDidNotCommitBefore() {
        commits.awaitNext("kill -9", -1, false);
        answered(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("LATE");
    }

    @Test
    void notWhereOtherFaultsCameToo() {
        answered(0);
        commits.awaitNext("kill -9", -1, false);
        commits.disturb();
        answered(1);
        verdict.summary();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("kill -9, with other faults")
                .doesNotContain("LATE");
    }
}
