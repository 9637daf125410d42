package dev.ahti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ClusterStatusTest {
    private static final String ONE =
            """
            {"id": 1, "state": "live", "answers": true, "ready": true, "endpoints": ["PLAINTEXT://a:9092"], "rack": null,
             "imageVersion": 7, "leaders": 3, "replicas": 4, "logBytes": 1536, "freeBytes": null}""";
    private static final String FENCED =
            """
            {"id": 2, "state": "fenced", "answers": false, "ready": null, "endpoints": ["PLAINTEXT://b:9092"],
             "rack": "r", "imageVersion": null, "leaders": null, "replicas": null, "logBytes": null, "freeBytes": null}""";
    private static final String IN_SYNC = "{\"count\": 0, \"partitions\": []}";
    private static final String NO_GROUPS = "{\"groupCount\": 0, \"groups\": []}";
    private static final String NO_STRAYS = "{\"brokers\": [{\"id\": 1, \"strays\": []}]}";

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static JsonNode brokers(String singleton, String... brokers) {
        return json("{\"clusterId\": \"c1\", \"singleton\": " + singleton + ", \"brokers\": ["
                + String.join(",", brokers) + "]}");
    }

    @Test
    void saysThatAllIsWell() {
        ClusterStatus status = new ClusterStatus(brokers("1", ONE), json(IN_SYNC), json(NO_GROUPS), json(NO_STRAYS));

        assertThat(status.problems()).isEmpty();
        assertThat(status.text())
                .isEqualTo(
                        """
                        Cluster c1, metadata at broker 1

                        BROKER  STATE  READY  ADDRESS             RACK  METADATA  LEADERS  REPLICAS  LOGS     FREE
                        1       live   yes    PLAINTEXT://a:9092  -     7         3        4         1.5 KiB  -

                        Partitions out of sync: none
                        Groups: none
                        All is well.
                        """);
    }

    @Test
    void saysWhatIsNotWell() {
        ClusterStatus status = new ClusterStatus(
                brokers("null", ONE.replace("\"ready\": true", "\"ready\": false"), FENCED),
                json(
                        """
                        {"count": 30, "partitions": [{"topic": "t", "partition": 4, "leader": -1, "replicas": [1, 2],
                         "isr": [], "elr": [2]}]}"""),
                json(
                        """
                        {"groupCount": 1, "groups": [{"group": "g", "state": "Stable", "coordinator": 1, "lag": 12,
                         "lagSeconds": null}]}"""),
                json("{\"brokers\": [{\"id\": 1, \"strays\": [\"t-0.x-stray\"]}]}"));

        assertThat(status.problems())
                .containsExactly(
                        "broker 1 is not ready",
                        "broker 2 is fenced",
                        "no broker holds the metadata's singleton",
                        "30 partitions are out of sync");
        assertThat(status.text())
                .contains("metadata at no broker", "no answer", "Partitions out of sync: 30, the first 1")
                .containsPattern("t +4 +none +1,2 +- +2\n")
                .containsPattern("g +Stable +1 +12 +-\n")
                .contains("No topic claims, at broker 1: t-0.x-stray")
                .endsWith(
                        "Not well: broker 1 is not ready; broker 2 is fenced; no broker holds the metadata's singleton;"
                                + " 30 partitions are out of sync.\n");
    }

    @Test
    void aLiveBrokerThatDoesNotAnswerIsNotWell() {
        ClusterStatus status = new ClusterStatus(
                brokers("1", ONE, FENCED.replace("fenced", "live")), json(IN_SYNC), json(NO_GROUPS), json(NO_STRAYS));

        assertThat(status.problems()).containsExactly("broker 2 does not answer the others");
    }

    @Test
    void aBrokerThatSeesNoMajorityIsNotWellHoweverReadyItIs() {
        ClusterStatus status = new ClusterStatus(
                brokers(
                        "1",
                        ONE.replace(
                                "\"ready\": true", "\"ready\": true, \"seesMajority\": false, \"vouchedBy\": [2, 5]")),
                json(IN_SYNC),
                json(NO_GROUPS),
                json(NO_STRAYS));

        assertThat(status.problems())
                .containsExactly("broker 1 sees no majority of the cluster, so it takes and gives no records"
                        + " (these vouch for it: 2,5)");
    }

    @Test
    void whatABrokerOfAnOlderBuildDoesNotSayIsNoProblem() {
        ClusterStatus status = new ClusterStatus(
                brokers(
                        "1",
                        ONE.replace("\"ready\": true", "\"ready\": true, \"seesMajority\": null, \"vouchedBy\": null")),
                json(IN_SYNC),
                json(NO_GROUPS),
                json(NO_STRAYS));

        assertThat(status.problems()).isEmpty();
    }

    @Test
    void aClusterWithoutBrokersIsNotWell() {
        assertThat(new ClusterStatus(brokers("null"), json(IN_SYNC), json(NO_GROUPS), json(NO_STRAYS)).problems())
                .contains("no broker is registered");
    }
}
