package dev.ahti.peer;

import java.util.function.LongSupplier;
import org.apache.pekko.util.ByteString;

/**
 * One end of a connection on which something always comes: the dialler pings once in an interval, the other end answers,
 * and who hears nothing for too long gives it up. All times are nanoseconds of one monotonic clock.
 *
 * <p>A tick makes a ping due, and where something comes or goes the time alone does: on a machine that is short of
 * processors ticks have come 1.8 s late while records came and went, and after {@link MajorityView#WINDOW} without an
 * answer a broker must refuse them.
 */
final class KeepAlive {
    private final long intervalNanos;
    private final long silenceNanos;
    private final boolean dialler;
    private final LongSupplier nanoTime;
    private boolean pingDue;
    private long pingedNanos;
    /** What the ping is to be answered with; null if nothing is to be answered. */
    private ByteString pongDue;

    private long receivedNanos;
    private long tickNanos;

    KeepAlive(PeerSettings settings, boolean dialler, LongSupplier nanoTime) {
        this.intervalNanos = settings.keepAlive().toNanos();
        this.silenceNanos = settings.silence().toNanos();
        this.dialler = dialler;
        this.nanoTime = nanoTime;
        this.receivedNanos = nanoTime.getAsLong();
        this.tickNanos = receivedNanos;
        this.pingedNanos = receivedNanos;
    }

    /** The connection is open. */
    void begin() {
        pingDue = dialler;
    }

    /** Whatever it was. */
    void received() {
        receivedNanos = nanoTime.getAsLong();
    }

    /**
     * @param clock the dialler's, which it wants back
     * @param inSession whether the dialler is: see {@link OutgoingFrames#PONG_OUT_OF_SESSION}
     */
    void pinged(long clock, boolean inSession) {
        pongDue = OutgoingFrames.clock(inSession ? OutgoingFrames.PONG : OutgoingFrames.PONG_OUT_OF_SESSION, clock);
    }

    long silentNanos() {
        return nanoTime.getAsLong() - receivedNanos;
    }

    /** Every {@link PeerSettings#keepAlive}: whether it is to be given up; if not, a ping may be due. */
    boolean isSilentAtTick() {
        long now = nanoTime.getAsLong();
        boolean late = now - tickNanos > 3 * intervalNanos;
        tickNanos = now;
        if (late) {
            // This process stood still: what has come meanwhile is still to be read.
            receivedNanos = now;
        }
        pingDue = dialler && now - pingedNanos > intervalNanos / 2;
        return now - receivedNanos > silenceNanos;
    }

    /** A ping or pong, its clock read as late as possible; null if none is due. */
    ByteString due() {
        if (dialler) {
            long now = nanoTime.getAsLong();
            if (!pingDue && now - pingedNanos < intervalNanos) {
                return null;
            }
            pingDue = false;
            pingedNanos = now;
            return OutgoingFrames.clock(OutgoingFrames.PING, now);
        }
        ByteString pong = pongDue;
        pongDue = null;
        return pong;
    }
}
