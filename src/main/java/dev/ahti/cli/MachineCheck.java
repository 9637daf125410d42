package dev.ahti.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Limits and memory, as this process has them: a broker that is started in the same way has the same. */
final class MachineCheck {
    private static final long FEWEST_FILES = 1_024;
    private static final long ENOUGH_FILES = 10_000;
    private static final long LEAST_HEAP = 100L << 20;

    private MachineCheck() {}

    static List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            findings.add(files(system.getMaxFileDescriptorCount()));
            findings.add(
                    memory(system.getTotalMemorySize(), Runtime.getRuntime().maxMemory()));
        }
        return findings;
    }

    static Finding files(long limit) {
        String line = limit + " files may be open";
        String advice = ": raise the limit (ulimit -n 100000, LimitNOFILE= in systemd); each connection and each"
                + " segment of a log needs some";
        if (limit < FEWEST_FILES) {
            return Finding.bad("open files", line + advice);
        }
        return limit < ENOUGH_FILES ? Finding.warn("open files", line + advice) : Finding.ok("open files", line);
    }

    static Finding memory(long machine, long heap) {
        String line = Amount.bytes(heap) + " of heap, of " + Amount.bytes(machine) + " of memory";
        if (heap < LEAST_HEAP) {
            return Finding.bad("memory", line + ": set -Xmx in JAVA_OPTS to 256m at least");
        }
        return heap > machine / 2
                ? Finding.warn(
                        "memory",
                        line + ": leave half of it for the system, which keeps recent records there (-Xmx in"
                                + " JAVA_OPTS)")
                : Finding.ok("memory", line);
    }
}
