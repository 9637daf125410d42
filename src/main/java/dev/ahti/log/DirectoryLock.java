package dev.ahti.log;

import dev.ahti.log.LogDirectory.UnusableException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a data directory for one broker until it is closed, or its process ends: Kafka's {@code .lock}. */
final class DirectoryLock implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(LogDirectory.class);

    private final FileLock lock;

    private DirectoryLock(FileLock lock) {
        this.lock = lock;
    }

    /** @throws UnusableException if another has it, be it in this process */
    static DirectoryLock take(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            log.debug("{} is locked by this process", directory);
        }
        if (lock == null) {
            channel.close();
            throw new UnusableException(
                    directory + " is in use by another broker: stop it, or set log.dirs to another directory");
        }
        return new DirectoryLock(lock);
    }

    @Override
    public void close() throws IOException {
        lock.acquiredBy().close();
    }
}
