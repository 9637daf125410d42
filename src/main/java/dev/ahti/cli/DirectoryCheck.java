package dev.ahti.cli;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The data directory: whose it is, whether it can be written, and how much room there is. */
final class DirectoryCheck {
    private static final String SUBJECT = "log.dirs";
    private static final long BAD_FREE_BYTES = 256L << 20;
    private static final double BAD_FREE = 0.05;
    private static final double LITTLE_FREE = 0.15;

    private final Path directory;
    private final int broker;

    DirectoryCheck(Path directory, int broker) {
        this.directory = directory.toAbsolutePath().normalize();
        this.broker = broker;
    }

    List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        Path existing = directory;
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            findings.add(writable(existing));
            findings.add(owner());
            findings.add(room(Files.getFileStore(existing)));
        } catch (IOException e) {
            findings.add(
                    Finding.bad(SUBJECT, "cannot use " + directory + " (" + e + "): correct it or its permissions"));
        }
        return findings;
    }

    private Finding writable(Path existing) {
        if (!Files.isDirectory(existing)) {
            return Finding.bad(SUBJECT, existing + " is no directory: name another, or remove it");
        }
        try {
            Files.delete(Files.createTempFile(existing, ".ahti-doctor", ""));
        } catch (IOException e) {
            return Finding.bad(
                    SUBJECT,
                    existing + " cannot be written (" + e.getClass().getSimpleName() + "): let user "
                            + System.getProperty("user.name") + " write there");
        }
        return Finding.ok(
                SUBJECT,
                existing.equals(directory)
                        ? directory + " can be written"
                        : directory + " is not there yet, and can be");
    }

    private Finding owner() throws IOException {
        Path properties = directory.resolve("meta.properties");
        if (!Files.exists(properties)) {
            return Finding.ok(SUBJECT, "no broker has used it yet");
        }
        for (String line : Files.readAllLines(properties)) {
            if (line.startsWith("node.id=") && !line.equals("node.id=" + broker)) {
                return Finding.bad(
                        SUBJECT,
                        directory + " is that of another broker (" + line
                                + "): set node.id to that, or another log.dirs");
            }
        }
        return Finding.ok(SUBJECT, "broker " + broker + " has used it before");
    }

    private Finding room(FileStore disk) throws IOException {
        long free = disk.getUsableSpace();
        long size = disk.getTotalSpace();
        String line = Amount.bytes(free) + " of " + Amount.bytes(size) + " are free";
        if (free < BAD_FREE_BYTES || free < size * BAD_FREE) {
            return Finding.bad(SUBJECT, line + ": make room; a broker whose disk is full stops serving what is on it");
        }
        if (free < size * LITTLE_FREE) {
            return Finding.warn(SUBJECT, line + ": make room, or let topics keep less (retention.ms, retention.bytes)");
        }
        return disk.type().equals("tmpfs")
                ? Finding.warn(SUBJECT, line + ", but in memory: all is lost when the machine stops")
                : Finding.ok(SUBJECT, line);
    }
}
