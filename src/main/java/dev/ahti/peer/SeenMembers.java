package dev.ahti.peer;

import java.util.SortedSet;

/**
 * What a node sees of the members of its cluster, for people who ask why it serves nothing (rule 16). Brokers by their ids,
 * this one not among them.
 *
 * @param majority as {@link MajorityView#seesMajority}
 * @param members how many count, this node included if it does
 * @param vouching those that have lately answered that this one is in session: they count
 * @param notVouching those that are heard, but do not say so, or not for long enough after a gap
 * @param silent how many others are not heard
 */
public record SeenMembers(
        boolean majority, int members, SortedSet<Integer> vouching, SortedSet<Integer> notVouching, int silent) {

    @Override
    public String toString() {
        return "of " + members + " members, " + brokers(vouching) + " say that this broker is in session, "
                + brokers(notVouching) + " are heard but do not say so, " + silent + " are silent";
    }

    private static String brokers(SortedSet<Integer> ids) {
        return ids.isEmpty() ? "none" : ids.toString();
    }
}
