package dev.ahti.peer;

import org.apache.pekko.cluster.Member;

/** The cluster role of a broker's node, by which the others know whose it is. */
public final class BrokerRole {
    private static final String PREFIX = "broker-";

    private BrokerRole() {}

    public static String of(int broker) {
        return PREFIX + broker;
    }

    /** The member's broker; -1 where it has no such role. */
    public static int broker(Member member) {
        return member.getRoles().stream()
                .filter(role -> role.startsWith(PREFIX))
                .map(role -> Integer.parseInt(role.substring(PREFIX.length())))
                .findFirst()
                .orElse(-1);
    }
}
