package dev.ahti.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {
    private static final int LARGEST = 1 << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static byte[] framed(byte[] content) {
        return ByteBuffer.allocate(4 + content.length)
                .putInt(content.length)
                .put(content)
                .array();
    }

    private static List<byte[]> frames(FrameAssembler assembler, byte[] chunk) {
        assembler.offer(chunk);
        List<byte[]> frames = new ArrayList<>();
        while (assembler.frameSize() != FrameAssembler.UNKNOWN) {
            ByteBuffer frame = assembler.take();
            if (frame == null) {
                break;
            }
            byte[] content = new byte[frame.remaining()];
            frame.get(content);
            frames.add(content);
        }
        return frames;
    }

    @Test
    void framesComeOutAsTheyWentInWhereverTheChunksEnd() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            List<byte[]> sent = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                byte[] content = new byte[random.nextInt(4) == 0 ? random.nextInt(3_000) : random.nextInt(9)];
                random.nextBytes(content);
                sent.add(content);
                stream.writeBytes(framed(content));
            }
            byte[] all = stream.toByteArray();
            FrameAssembler assembler = new FrameAssembler(LARGEST);
            List<byte[]> received = new ArrayList<>();
            int largestChunk = 1 + random.nextInt(random.nextBoolean() ? 6 : 2_000);
            for (int from = 0, to; from < all.length; from = to) {
                to = Math.min(all.length, from + 1 + random.nextInt(largestChunk));
                received.addAll(frames(assembler, Arrays.copyOfRange(all, from, to)));
                assertThat(assembler.isDrained()).isTrue();
            }
            assertThat(received).as("seed %d", seed).hasSameSizeAs(sent);
            for (int i = 0; i < sent.size(); i++) {
                assertThat(received.get(i)).isEqualTo(sent.get(i));
            }
        }
    }

    @Test
    void aFrameWithinAChunkIsASliceOfIt() {
        FrameAssembler assembler = new FrameAssembler(LARGEST);
        byte[] chunk = framed(new byte[100]);
        assembler.offer(chunk);
        assertThat(assembler.frameSize()).isEqualTo(100);
        ByteBuffer frame = assembler.take();
        assertThat(frame.array()).isSameAs(chunk);
        assertThat(frame.position()).isZero();
        assertThat(frame.capacity()).isEqualTo(100);
        assertThat(frame.isReadOnly()).isFalse();
    }

    @Test
    void aFrameOverManyChunksIsCopiedOnceAndItsLengthAllocatedOnce() {
        int size = 900_000;
        byte[] all = framed(new byte[size]);
        List<byte[]> chunks = new ArrayList<>();
        for (int from = 0; from < all.length; from += 32_768) {
            chunks.add(Arrays.copyOfRange(all, from, Math.min(all.length, from + 32_768)));
        }
        FrameAssembler assembler = new FrameAssembler(LARGEST);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        ByteBuffer frame = null;
        for (byte[] chunk : chunks) {
            assembler.offer(chunk);
            assembler.frameSize();
            frame = assembler.take();
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(frame).isNotNull();
        assertThat(frame.remaining()).isEqualTo(size);
        assertThat(allocated).isLessThan(size + 20_000);
    }

    @Test
    void aLengthThatNoFrameCanHaveIsRefusedBeforeAnythingIsAllocated() {
        for (int length : new int[] {-1, Integer.MIN_VALUE, LARGEST + 1, Integer.MAX_VALUE}) {
            FrameAssembler assembler = new FrameAssembler(LARGEST);
            assembler.offer(ByteBuffer.allocate(10).putInt(length).array());
            long before = THREADS.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(assembler::frameSize)
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining(Integer.toString(length));
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(LARGEST / 2);
        }
    }

    @Test
    void nothingIsAllocatedForALengthAloneUntilTheFrameIsTaken() {
        FrameAssembler assembler = new FrameAssembler(Integer.MAX_VALUE);
        byte[] length = ByteBuffer.allocate(4).putInt(500_000_000).array();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assembler.offer(length);
        assertThat(assembler.frameSize()).isEqualTo(500_000_000);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    }
}
