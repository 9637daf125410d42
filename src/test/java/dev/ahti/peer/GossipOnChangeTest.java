package dev.ahti.peer;

import static dev.ahti.peer.RecordingHandlers.LIMIT;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Leave;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real cluster in one process, in which Pekko itself gossips once a minute. */
class GossipOnChangeTest {
    private final List<ClusterPeer> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(ClusterPeer::close);
    }

    @Test
    void whatChangesIsKnownToAllAtOnceHoweverSeldomPekkoGossips() {
        for (int broker = 1; broker <= 3; broker++) {
            nodes.add(ClusterPeer.withoutTicks(broker, "gossip-interval"));
        }
        ClusterPeer.form(nodes); // The second hears only from the others that the third is there, and that all are up.

        ClusterPeer leaving = nodes.get(2);
        leaving.cluster.manager().tell(new Leave(leaving.cluster.selfMember().address()));

        for (ClusterPeer node : nodes.subList(0, 2)) {
            await().atMost(LIMIT).until(() -> !node.isMember(leaving));
        }
        await().atMost(LIMIT).until(() -> leaving.cluster.selfMember().status().equals(MemberStatus.removed()));
    }
}
