package dev.ahti.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.util.Version;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Set$;
import scala.collection.immutable.TreeSet;

class VotingMembersTest {
    private static final Address ADDRESS = new Address("pekko", "ahti", "127.0.0.1", 2551);
    private static final long UID = 7;

    private final AtomicReference<CurrentClusterState> cluster = new AtomicReference<>(state(MemberStatus.joining()));
    private final VotingMembers members = new VotingMembers(cluster::get);

    private static CurrentClusterState state(MemberStatus status) {
        Member member = new Member(new UniqueAddress(ADDRESS, UID), 1, status, Set$.MODULE$.empty(), Version.Zero());
        return new CurrentClusterState(
                new TreeSet<>(Member.ordering()).incl(member),
                Set$.MODULE$.empty(),
                Set$.MODULE$.<Address>empty().incl(ADDRESS),
                Option.apply(ADDRESS),
                Map$.MODULE$.empty(),
                Set$.MODULE$.empty(),
                Set$.MODULE$.empty());
    }

    /** Brokers that missed it did not vouch for the newcomer, which took itself for cut off and refused all records. */
    @Test
    void aMemberVotesFromWhenItIsUpAlthoughNothingElseChangesWithIt() {
        assertThat(members.get()).isEmpty();
        CurrentClusterState up = state(MemberStatus.up());
        assertThat(up).as("to Pekko").isEqualTo(cluster.get());

        cluster.set(up);

        assertThat(members.get()).containsExactly(UID);
    }

    @Test
    void theListIsTheSameAsLongAsItsMembersAre() {
        cluster.set(state(MemberStatus.up()));
        List<Long> before = members.get();

        cluster.set(state(MemberStatus.leaving()));

        assertThat(members.get()).isSameAs(before);
    }
}
