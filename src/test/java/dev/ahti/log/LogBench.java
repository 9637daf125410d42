package dev.ahti.log;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Append, read and recovery of one log, for a profiler: {@code LogBench [batch bytes] [GB]}. Prints CPU-seconds and bytes
 * allocated by this thread.
 */
public final class LogBench {
    private static final int RECORD_BYTES = 1024;

    private LogBench() {}

    public static void main(String[] arguments) throws IOException {
        int batchBytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64 * 1024;
        double gigabytes = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 2;
        Path path = Files.createTempDirectory("ahti-log-bench");
        OpenLogs logs = new OpenLogs(path, Map.of());
        MemoryRecords batch = batch(logs, batchBytes);
        int count = (int) (gigabytes * 1e9 / batch.sizeInBytes());
        for (int round = 0; round < 2; round++) {
            measure("append", count, batch.sizeInBytes(), i -> {
                batch.buffer().putLong(0, 0);
                logs.log.appendAsLeader(batch, 1);
            });
        }
        long[] next = {0};
        ByteBuffer target = ByteBuffer.allocateDirect(1 << 20);
        measure("read", count, batch.sizeInBytes(), i -> {
            LogSlice slice = (LogSlice) logs.log
                    .read(next[0], Long.MAX_VALUE, batch.sizeInBytes(), true, false)
                    .records();
            slice.read(0, target.clear().limit(slice.sizeInBytes()));
            next[0] += batchBytes / RECORD_BYTES;
        });
        logs.kill();
        measure("open after kill", 1, batch.sizeInBytes() * 2 * count, i -> logs.open());
        logs.kill();
        logs.forgetKernel();
        measure("open after power loss", 1, batch.sizeInBytes() * 2 * count, i -> logs.open());
        logs.close();
        PartitionDirectory.deleteTree(path);
    }

    private static MemoryRecords batch(OpenLogs logs, int bytes) {
        SimpleRecord[] records = new SimpleRecord[bytes / RECORD_BYTES];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(logs.time.milliseconds(), new byte[RECORD_BYTES - 10]);
        }
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    private interface Step {
        void run(int i) throws IOException;
    }

    private static void measure(String what, int count, double bytes, Step step) throws IOException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        long cpu = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            step.run(i);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (threads.getCurrentThreadCpuTime() - cpu) / 1e9;
        long bytesAllocated =
                threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocated;
        System.out.printf(
                "%s: %.2f s, %.3f CPU-s/GB, %.1f us each, %d bytes allocated each%n",
                what, seconds, cpuSeconds / (count * bytes / 1e9), seconds * 1e6 / count, bytesAllocated / count);
    }
}
