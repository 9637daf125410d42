package dev.ahti.log;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;

/**
 * What changes a log does so one at a time, and no more once the log is closed or its disk has failed. After a failure
 * memory and files may differ, and what a failed flush left unwritten a later flush does not report again: so the log
 * stays as it is, and the next start recovers it.
 */
final class WriteGuard {
    private final TopicPartition partition;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean closed;
    private volatile IOException failure;

    WriteGuard(TopicPartition partition) {
        this.partition = partition;
    }

    interface Change<T> {
        T make() throws IOException;
    }

    interface Step {
        void take() throws IOException;
    }

    /**
     * @throws KafkaStorageException if the log is closed
     * @throws IOException if the disk fails, or has failed before
     */
    <T> T change(Change<T> change) throws IOException {
        lock.lock();
        try {
            if (failure != null) {
                throw new IOException("the log of " + partition + " has failed before", failure);
            }
            if (closed) {
                throw new KafkaStorageException("the log of " + partition + " is closed");
            }
            return change.make();
        } catch (IOException e) {
            note(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    void run(Step step) throws IOException {
        change(() -> {
            step.take();
            return null;
        });
    }

    /** The disk has failed. Of a closed log that means nothing: its files may be gone. */
    void note(IOException e) {
        if (failure == null && !closed) {
            failure = e;
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** The last change, of a log in any state: takes the step once, whether or not it succeeds. */
    void close(Step step) throws IOException {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                step.take();
            }
        } finally {
            lock.unlock();
        }
    }
}
