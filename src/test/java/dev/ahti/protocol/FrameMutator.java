package dev.ahti.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * Requests that are almost right: a well-formed one of any API and version, damaged in one to four places. The same seed
 * gives the same frames. The length in front is that of the frame, so that a connection takes it for a whole one, except
 * now and then.
 */
public final class FrameMutator {
    private static final int[] LENGTHS = {
        -1, 0, 1, 2, 127, 128, 255, 32_767, 65_535, 1 << 20, 0x00ffffff, 0x7fffffff, 0x80000000, 0xffffff00
    };

    private final Random random;
    private final RequestFrames frames;

    public FrameMutator(long seed) {
        random = new Random(seed);
        frames = new RequestFrames(random);
    }

    /** With a length in front. */
    public byte[] next() {
        byte[] valid = frames.any();
        byte[] frame = Arrays.copyOfRange(valid, 4, valid.length);
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            frame = damaged(frame);
        }
        int length = random.nextInt(50) == 0 ? anyLength() : frame.length;
        return ByteBuffer.allocate(4 + frame.length).putInt(length).put(frame).array();
    }

    private byte[] damaged(byte[] frame) {
        return switch (random.nextInt(9)) {
            case 0 -> Arrays.copyOf(frame, random.nextInt(frame.length + 1));
            case 1 -> longer(frame);
            case 2 -> without(frame);
            case 3 -> twice(frame);
            case 4 -> withInt(frame, anyLength());
            case 5 -> withVarint(frame);
            case 6 -> otherApiOrVersion(frame);
            case 7 -> noise(frame);
            default -> bitFlipped(frame);
        };
    }

    private int anyLength() {
        return LENGTHS[random.nextInt(LENGTHS.length)];
    }

    private int place(byte[] frame) {
        return random.nextInt(Math.max(1, frame.length));
    }

    private byte[] longer(byte[] frame) {
        byte[] tail = new byte[random.nextInt(200)];
        random.nextBytes(tail);
        return joined(frame, tail, new byte[0]);
    }

    private byte[] without(byte[] frame) {
        int from = place(frame);
        int to = Math.min(frame.length, from + 1 + random.nextInt(8));
        return joined(Arrays.copyOf(frame, from), new byte[0], Arrays.copyOfRange(frame, to, frame.length));
    }

    private byte[] twice(byte[] frame) {
        int from = place(frame);
        int to = Math.min(frame.length, from + random.nextInt(40));
        return joined(
                Arrays.copyOf(frame, to),
                Arrays.copyOfRange(frame, from, to),
                Arrays.copyOfRange(frame, to, frame.length));
    }

    private byte[] withInt(byte[] frame, int value) {
        if (frame.length >= 4) {
            ByteBuffer.wrap(frame).putInt(random.nextInt(frame.length - 3), value);
        }
        return frame;
    }

    /** The length of a compact array, string or tag section. */
    private byte[] withVarint(byte[] frame) {
        int from = place(frame);
        int bytes = Math.min(frame.length - from, 1 + random.nextInt(5));
        for (int i = 0; i < bytes; i++) {
            frame[from + i] = (byte) (i == bytes - 1 ? random.nextInt(128) : 128 + random.nextInt(128));
        }
        return frame;
    }

    private byte[] otherApiOrVersion(byte[] frame) {
        int at = random.nextInt(2) * 2;
        if (frame.length >= at + 2) {
            ByteBuffer.wrap(frame).putShort(at, (short) (random.nextInt(100) - 5));
        }
        return frame;
    }

    private byte[] noise(byte[] frame) {
        int from = place(frame);
        for (int i = from; i < Math.min(frame.length, from + 16); i++) {
            frame[i] = (byte) random.nextInt();
        }
        return frame;
    }

    private byte[] bitFlipped(byte[] frame) {
        if (frame.length > 0) {
            frame[place(frame)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    private static byte[] joined(byte[] first, byte[] second, byte[] third) {
        return ByteBuffer.allocate(first.length + second.length + third.length)
                .put(first)
                .put(second)
                .put(third)
                .array();
    }
}
