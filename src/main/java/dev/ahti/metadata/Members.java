package dev.ahti.metadata;

import java.util.List;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The cluster's members as this node sees them at the moment, and the {@link MetadataRelay} on each. Safe from any thread. */
interface Members {

    /**
     * @param broker id of the broker that runs there; -1 where that is not known
     * @param uid {@code uniqueAddress.longUid}: new with each process
     * @param self whether it is this node
     * @param votes whether the split-brain resolver counts it: not while it joins, and not once it is going
     * @param down whether it has been given up by the cluster, for good
     */
    record Member(int broker, long uid, boolean self, boolean votes, boolean down) {}

    /** All of them, whatever they do; by address, lowest first: with half of them on each side that one decides. */
    List<Member> current();

    /** Tells the singleton of every change from now on. */
    void watch(ActorContext<MetadataSingleton.Message> singleton);

    /** Tells the relay there, if it can be reached. */
    void tell(Member member, MetadataRelay.Message message);
}
