package dev.ahti.management;

import dev.ahti.model.PartitionId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The nodes of the cluster, as this one sees them and as they see themselves. From any thread. */
interface ClusterNodes {

    /** @param status in Pekko's words, such as {@code Up} */
    record Member(int broker, String address, String status, boolean reachable) {}

    List<Member> members();

    /**
     * Asks all members. Those that have not answered in two seconds are not in the answer.
     *
     * @param sizes replicas whose size is asked for, {@link NodeReport#MAX_LISTED} at most
     */
    CompletionStage<Map<Integer, NodeReport>> ask(boolean strays, boolean groups, List<PartitionId> sizes);
}
