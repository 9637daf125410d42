package dev.ahti.group;

import static dev.ahti.group.HostedGroups.eventually;
import static dev.ahti.group.HostedGroups.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.replica.SlotBrokers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers, one of which coordinates: what is committed at one is there at the next. */
class GroupFailoverTest {
    private static final ActorTestKit KIT = SlotBrokers.actors();

    @TempDir
    Path path;

    private SlotBrokers brokers;
    private final Map<Integer, HostedGroups> hosts = new HashMap<>();

    @BeforeEach
    void open() throws Exception {
        brokers = new SlotBrokers(KIT, path);
        for (int id = 1; id <= 3; id++) {
            host(id);
        }
    }

    private void host(int id) {
        hosts.put(id, new HostedGroups(id, brokers.image(id), brokers.client(id), brokers.replicas(id)));
    }

    @AfterEach
    void close() throws Exception {
        for (HostedGroups host : hosts.values()) {
            host.close();
        }
        brokers.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void theNextLeaderOfTheSlotKnowsAllThatWasCommitted() throws Exception {
        hosts.get(1).awaitCommitted(1);
        for (long offset = 2; offset <= 100; offset++) {
            assertThat(get(hosts.get(1).commit(offset))).isEqualTo(Errors.NONE);
        }
        assertThat(get(hosts.get(2).commit(7))).isEqualTo(Errors.NOT_COORDINATOR);

        hosts.remove(1).close();
        brokers.kill(1);
        int next = brokers.leader();

        // Never an earlier one on the way.
        eventually(() -> {
            String fetched = hosts.get(next).fetch();
            assertThat(fetched).isIn("100", "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR");
            return fetched.equals("100");
        });
        hosts.get(next).awaitCommitted(101);
        hosts.get(next).awaitFetched(101);
    }

    @Test
    void aBrokerThatReturnsFollowsAndThenLoadsWhatItHasMissed() throws Exception {
        hosts.get(1).awaitCommitted(1);
        hosts.remove(1).close();
        brokers.kill(1);
        int second = brokers.leader();
        hosts.get(second).awaitCommitted(2);

        brokers.start(1);
        host(1);
        brokers.awaitAllInSync();
        assertThat(hosts.get(1).fetch()).isEqualTo("NOT_COORDINATOR");
        hosts.remove(second).close();
        brokers.kill(second);
        int third = brokers.leader();

        hosts.get(third).awaitFetched(2);
    }
}
