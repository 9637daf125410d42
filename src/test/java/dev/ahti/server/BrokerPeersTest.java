package dev.ahti.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ahti.api.FakeMetadata;
import dev.ahti.peer.PeerIdentity;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Rule 16: on whose word a broker goes on leading. */
class BrokerPeersTest {
    private final FakeMetadata metadata = new FakeMetadata().broker(2, "PLAINTEXT");
    private final Uuid incarnation = metadata.image().brokers().get(2).incarnation();

    private boolean isVouchedFor(PeerIdentity process, Long... members) {
        return BrokerPeers.vouchesFor(process, metadata.image(), List.of(members));
    }

    @Test
    void aMemberInSessionIsVouchedFor() {
        assertThat(isVouchedFor(new PeerIdentity(2, incarnation, 22), 11L, 22L)).isTrue();
    }

    @Test
    void aMemberThatWasDownedIsNotThoughNobodyHasFencedItYet() {
        assertThat(isVouchedFor(new PeerIdentity(2, incarnation, 22), 11L, 33L)).isFalse();
    }

    @Test
    void neitherIsAnotherIncarnationNorAFencedBrokerNorAnUnknownOne() {
        assertThat(isVouchedFor(new PeerIdentity(2, new Uuid(5, 5), 22), 11L, 22L))
                .isFalse();
        assertThat(isVouchedFor(new PeerIdentity(3, incarnation, 22), 11L, 22L)).isFalse();

        metadata.fence(2);
        assertThat(isVouchedFor(new PeerIdentity(2, incarnation, 22), 11L, 22L)).isFalse();
    }
}
