package dev.ahti.peer;

import com.typesafe.config.Config;
import org.apache.pekko.event.EventStream;
import org.apache.pekko.remote.DeadlineFailureDetector;
import org.apache.pekko.remote.FailureDetector;
import org.apache.pekko.remote.FailureDetectorWithAddress;

/**
 * Pekko's failure detector for one member, with better evidence where there is some: a proof of death counts at once (rule
 * 4), and missing heartbeats count only while nobody whom this node reaches hears the member (rule 3). Named in
 * application.conf.
 *
 * <p>The heartbeats have a deadline. Phi accrual would stretch it by what has been irregular in the last minutes, on each
 * node by something else: a second later on average, and the later the two who judge the same member agree, the longer the
 * split-brain resolver would have to wait for them ({@code stable-after}).
 */
public final class ProofOrHeartbeats implements FailureDetector, FailureDetectorWithAddress {
    private final DeadlineFailureDetector heartbeats;
    private final MemberLiveness liveness;
    private volatile String address = "";

    /** As Pekko makes it. */
    public ProofOrHeartbeats(Config config, EventStream system) {
        this(new DeadlineFailureDetector(config, system), MemberLiveness.of(system));
    }

    ProofOrHeartbeats(DeadlineFailureDetector heartbeats, MemberLiveness liveness) {
        this.heartbeats = heartbeats;
        this.liveness = liveness;
    }

    @Override
    public void setAddress(String newAddress) {
        address = newAddress;
    }

    @Override
    public boolean isAvailable() {
        return !liveness.isDead(address) && (heartbeats.isAvailable() || liveness.isVouchedFor(address));
    }

    @Override
    public boolean isMonitoring() {
        return heartbeats.isMonitoring();
    }

    @Override
    public void heartbeat() {
        heartbeats.heartbeat();
    }
}
