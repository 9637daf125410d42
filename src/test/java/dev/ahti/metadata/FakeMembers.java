package dev.ahti.metadata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** Members as the test says: broker ids and uids are the same, the first one is this node. */
final class FakeMembers implements Members {
    final List<MetadataRelay.Message> told = new CopyOnWriteArrayList<>();
    /** Their brokers. */
    final List<Integer> toldTo = new CopyOnWriteArrayList<>();

    private volatile List<Member> current = List.of();

    FakeMembers(int... brokers) {
        are(brokers);
    }

    void are(int... brokers) {
        List<Member> all = new ArrayList<>();
        Arrays.stream(brokers).forEach(each -> all.add(new Member(each, each, all.isEmpty(), true, false)));
        current = all;
    }

    @Override
    public List<Member> current() {
        return current;
    }

    @Override
    public void watch(ActorContext<MetadataSingleton.Message> singleton) {}

    @Override
    public void tell(Member member, MetadataRelay.Message message) {
        toldTo.add(member.broker());
        told.add(message);
    }
}
