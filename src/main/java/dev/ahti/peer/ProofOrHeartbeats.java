package dev.ahti.peer;

import com.typesafe.config.Config;
import org.apache.pekko.event.EventStream;
import org.apache.pekko.remote.FailureDetector;
import org.apache.pekko.remote.FailureDetectorWithAddress;
import org.apache.pekko.remote.PhiAccrualFailureDetector;

/**
 * Pekko's failure detector for one member, with better evidence where there is some: a proof of death counts at once (rule
 * 4), and missing heartbeats count only while nobody whom this node reaches hears the member (rule 3). Named in
 * reference.conf.
 */
public final class ProofOrHeartbeats implements FailureDetector, FailureDetectorWithAddress {
    private final PhiAccrualFailureDetector heartbeats;
    private final MemberLiveness liveness;
    private volatile String address = "";

    /** As Pekko makes it. */
    public ProofOrHeartbeats(Config config, EventStream system) {
        this(new PhiAccrualFailureDetector(config, system), MemberLiveness.of(system));
    }

    ProofOrHeartbeats(PhiAccrualFailureDetector heartbeats, MemberLiveness liveness) {
        this.heartbeats = heartbeats;
        this.liveness = liveness;
    }

    @Override
    public void setAddress(String newAddress) {
        address = newAddress;
        heartbeats.setAddress(newAddress);
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
