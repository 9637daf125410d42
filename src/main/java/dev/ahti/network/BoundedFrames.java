package dev.ahti.network;

import dev.ahti.protocol.FrameAssembler;
import java.nio.ByteBuffer;

/**
 * The frames of one connection, each only with the memory that it takes: between the length and the bytes of a frame
 * comes its turn at {@link RequestMemory}.
 */
final class BoundedFrames {
    private final RequestMemory memory;
    private final Runnable granted;
    private final FrameAssembler frames;
    /** Not null while the next frame waits for memory. */
    private RequestMemory.Waiter waiter;
    /** Held for the frame that is being received. */
    private long reservation;

    /** @param granted runs on any thread when the memory is there; {@link #onGranted()} is to follow */
    BoundedFrames(int maxFrameBytes, RequestMemory memory, Runnable granted) {
        this.frames = new FrameAssembler(maxFrameBytes);
        this.memory = memory;
        this.granted = granted;
    }

    void offer(byte[] chunk) {
        frames.offer(chunk);
    }

    void onGranted() {
        reservation = RequestMemory.cost(frames.frameSize());
        waiter = null;
    }

    /**
     * The next frame, whose memory is the caller's from now on; null if its bytes have not all come, or no memory.
     *
     * @throws dev.ahti.protocol.InvalidRequest for a length that no frame can have
     */
    Frame next() {
        if (waiter != null) {
            return null;
        }
        int size = frames.frameSize();
        if (size == FrameAssembler.UNKNOWN || !reserve(RequestMemory.cost(size))) {
            return null;
        }
        ByteBuffer bytes = frames.take();
        if (bytes == null) {
            return null;
        }
        Frame frame = new Frame(bytes, reservation);
        reservation = 0;
        return frame;
    }

    private boolean reserve(long bytes) {
        if (reservation == 0) {
            waiter = memory.reserve(bytes, granted);
            reservation = waiter == null ? bytes : 0;
        }
        return reservation > 0;
    }

    boolean isWaitingForMemory() {
        return waiter != null;
    }

    /** All bytes offered are in frames that were taken, or in the one under way. */
    boolean needsInput() {
        return waiter == null && frames.isDrained();
    }

    /** A frame is being received whose memory others wait for. */
    boolean keepsOthersWaiting() {
        return reservation > 0 && memory.hasWaiters();
    }

    /** Gives back what is held, and the place in the queue. */
    void close() {
        if (waiter != null) {
            waiter.cancel();
            waiter = null;
        }
        memory.release(reservation);
        reservation = 0;
    }

    /** @param reserved to be released when the request has been handled */
    record Frame(ByteBuffer bytes, long reserved) {}
}
