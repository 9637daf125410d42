package dev.ahti.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What the chaos run looks at in the end: each check finds what it is there for, and only that. */
class CheckersTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final List<StoredRecord> LOG =
            List.of(record(0, 0, "a/0"), record(1, 0, "b/0"), record(2, 3, "a/1"));

    private final Verdict verdict =
            new Verdict(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    private final LogCheck logs = new LogCheck(verdict, PARTITION);
    private final Ledger ledger = new Ledger(verdict);
    private final JournalCheck journal = new JournalCheck(verdict);
    private long sequenceNumber;

    private static StoredRecord record(long offset, int epoch, String value) {
        return new StoredRecord(offset, epoch, value);
    }

    private void assertFound(String kind) {
        assertThat(verdict.violations()).hasSize(1).allMatch(each -> each.startsWith(kind + ": "));
    }

    @Test
    void nothingIsAmissWhereNothingIs() throws IOException {
        logs.replicasAgree(Map.of(1, LOG, 2, LOG));
        logs.isInOrder(LOG);
        logs.holdsAll(LOG, Map.of(1L, "b/0", 2L, "a/1"));
        logs.agreesWith(LOG, "consumer", LOG);
        twoBrokersAndAPartition();

        assertThat(verdict.violations()).isEmpty();
    }

    @Test
    void aLostRecordIsFound() {
        logs.holdsAll(LOG, Map.of(3L, "b/1"));
        assertFound("acknowledged record lost");
    }

    @Test
    void aRecordAtAnotherOffsetThanAcknowledgedIsFound() {
        logs.holdsAll(LOG, Map.of(0L, "b/0"));
        assertFound("acknowledged at another offset");
    }

    @Test
    void aDuplicateIsFound() {
        logs.isInOrder(List.of(record(0, 0, "a/0"), record(1, 0, "a/0")));
        assertFound("duplicate");
    }

    @Test
    void anotherOrderIsFound() {
        logs.isInOrder(List.of(record(0, 0, "a/1"), record(1, 0, "a/0")));
        assertFound("reordered");
    }

    @Test
    void aGapInTheOffsetsIsFound() {
        logs.isInOrder(List.of(record(0, 0, "a/0"), record(2, 0, "a/1")));
        assertFound("gap in the offsets");
    }

    @Test
    void anotherLeaderEpochAtOneOffsetIsADifferenceToo() {
        logs.replicasAgree(Map.of(1, List.of(record(0, 0, "a/0")), 2, List.of(record(0, 1, "a/0"))));
        assertFound("replicas differ");
    }

    @Test
    void aReplicaThatHasLessIsFound() {
        logs.replicasAgree(Map.of(1, LOG, 2, LOG.subList(0, 2)));
        assertFound("replicas differ in length");
    }

    @Test
    void aConsumerThatReadWhatIsNotThereIsFound() {
        logs.agreesWith(LOG, "consumer", List.of(record(0, 0, "a/0"), record(1, 0, "c/0"), record(2, 3, "a/1")));
        assertFound("consumed record is not in the log");
    }

    @Test
    void twoLeadersThatAcknowledgeAtOneOffsetAreFound() {
        ledger.acknowledged(PARTITION, 7, "a/0");
        ledger.acknowledged(PARTITION, 7, "a/0");
        ledger.acknowledged(PARTITION, 7, "b/0");
        assertFound("offset acknowledged twice");
    }

    /** Partition t-0 on both, led by 1 in epoch 0. */
    private void twoBrokersAndAPartition() throws IOException {
        event("StartEpoch", "{'clusterId':'c','epoch':1}");
        for (int id = 1; id <= 2; id++) {
            event("RegisterBroker", "{'broker':" + id + ",'incarnation':'i" + id + "'}");
            event("UnfenceBroker", "{'broker':" + id + ",'incarnation':'i" + id + "'}");
        }
        event("AssignPartition", "{'partition':'t-0','replicas':[1,2]}");
        lead(1, 0);
        updateIsr("{'broker':1,'incarnation':'i1'},{'broker':2,'incarnation':'i2'}", "");
        journal.persisted();
    }

    private void lead(int leader, int epoch) throws IOException {
        event("SetPartitionLeader", "{'partition':'t-0','leader':" + leader + ",'leaderEpoch':" + epoch + "}");
    }

    private void updateIsr(String isr, String elr) throws IOException {
        event("UpdateISR", "{'partition':'t-0','isr':[" + isr + "],'elr':[" + elr + "]}");
    }

    private void event(String name, String json) throws IOException {
        journal.apply(++sequenceNumber, name, new ObjectMapper().readTree(json.replace('\'', '"')));
    }

    private void fence(int broker) throws IOException {
        event("FenceBroker", "{'broker':" + broker + ",'incarnation':'i" + broker + "'}");
    }

    @Test
    void anIsrThatKeepsAFencedBrokerIsFoundAtTheEndOfThePersist() throws IOException {
        twoBrokersAndAPartition();
        fence(2);
        journal.persisted();
        assertFound("fenced, and in the ISR (rule 5)");
    }

    @Test
    void aFencedLeaderIsFound() throws IOException {
        twoBrokersAndAPartition();
        fence(1);
        updateIsr("{'broker':2,'incarnation':'i2'}", "1");
        journal.persisted();
        assertFound("fenced, and leads (rule 5)");
    }

    @Test
    void aLeaderFromOutsideIsrAndElrIsFound() throws IOException {
        twoBrokersAndAPartition();
        updateIsr("{'broker':1,'incarnation':'i1'}", "");
        lead(2, 1);
        assertFound("leader out of turn (rule 18)");
    }

    @Test
    void aLeaderFromTheElrWhileTheIsrIsAliveIsFound() throws IOException {
        twoBrokersAndAPartition();
        updateIsr("{'broker':1,'incarnation':'i1'}", "2");
        lead(2, 1);
        assertFound("leader out of turn (rule 18)");
    }

    @Test
    void theLastKnownLeaderMayLeadWhenIsrAndElrAreEmpty() throws IOException {
        twoBrokersAndAPartition();
        fence(1);
        lead(-1, 1);
        updateIsr("", "");
        journal.persisted();
        event("RegisterBroker", "{'broker':1,'incarnation':'i3'}");
        event("UnfenceBroker", "{'broker':1,'incarnation':'i3'}");
        lead(1, 2);
        assertThat(verdict.violations()).isEmpty();
    }

    @Test
    void aLeaderThatIsNotLiveIsFound() throws IOException {
        twoBrokersAndAPartition();
        fence(2);
        lead(2, 1);
        assertFound("leader is not live (rule 18)");
    }

    @Test
    void aLeaderEpochThatDoesNotRiseIsFound() throws IOException {
        twoBrokersAndAPartition();
        lead(2, 0);
        assertFound("leader epoch does not rise (rule 8)");
    }

    @Test
    void aMemberOfTheIsrThatIsOfAnEarlierIncarnationIsFound() throws IOException {
        twoBrokersAndAPartition();
        updateIsr("{'broker':1,'incarnation':'i1'},{'broker':2,'incarnation':'i0'}", "");
        assertFound("joins the ISR and is not live (rule 9)");
    }

    @Test
    void aNewIncarnationThatInheritsItsPlaceIsFound() throws IOException {
        twoBrokersAndAPartition();
        event("RegisterBroker", "{'broker':2,'incarnation':'i3'}");
        assertFound("registered without leaving (rule 2)");
    }
}
