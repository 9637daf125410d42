package dev.ahti.peer;

import org.apache.pekko.actor.Address;

/** A proven death, until all that follows from it is done. */
final class Death {
    final PeerIdentity process;
    final Address address;
    final long provenNanos = System.nanoTime();
    boolean declared;
    long declaringNanos;

    Death(PeerIdentity process, Address address) {
        this.process = process;
        this.address = address;
    }
}
