package dev.ahti.peer;

import java.util.List;
import java.util.Map;

/** What {@link DeathWatch} is told: by the connections of its own node, and by the others of its kind. */
sealed interface DeathWatchMessage {

    /** This node's dialled connections find nobody there, or somebody else. */
    record Gone(PeerIdentity process, String how) implements DeathWatchMessage {}

    record Alive(PeerIdentity process) implements DeathWatchMessage {}

    /**
     * All that a node knows of the others, sent to all again and again and at once when it finds somebody gone. Whole each
     * time, so that what is lost on the way comes again, and what is not true any more is gone.
     *
     * @param reporter uid of the member
     * @param gone processes that it has found gone: its votes
     * @param heardMs by uid, for how many milliseconds it has heard nothing from there
     */
    record Report(long reporter, List<PeerIdentity> gone, Map<Long, Long> heardMs)
            implements DeathWatchMessage, PeerMessage {}

    record MembersChanged() implements DeathWatchMessage {}

    record Tick() implements DeathWatchMessage {}

    /** Somebody's death is proven, and Pekko is to remove the member. */
    record Hurry() implements DeathWatchMessage {}

    /** Whoever is to be told of a death has been, and has answered. */
    record Declared(long uid) implements DeathWatchMessage {}

    record NotDeclared(long uid) implements DeathWatchMessage {}
}
