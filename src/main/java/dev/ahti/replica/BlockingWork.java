package dev.ahti.replica;

import dev.ahti.replica.PartitionReplicaCommand.BlockingWorkDone;
import java.io.IOException;
import java.util.Optional;

/** Work of a replica on its log that may block: one piece at a time, and no request is served before it is done. */
final class BlockingWork {
    private final DiskWork<PartitionReplicaCommand> disk;
    /** What goes on when it is done; null where there is none. */
    private Runnable then;

    BlockingWork(DiskWork<PartitionReplicaCommand> disk) {
        this.disk = disk;
    }

    boolean isUnderWay() {
        return then != null;
    }

    /** Its end is a {@link BlockingWorkDone}. */
    void run(Piece work, Runnable afterwards) {
        if (isUnderWay()) {
            throw new IllegalStateException("two pieces of work on a log at a time");
        }
        then = afterwards;
        disk.run(
                () -> {
                    work.run();
                    return work;
                },
                (done, failure) -> new BlockingWorkDone(Optional.ofNullable(failure)));
    }

    /** @return what goes on now */
    Runnable done() {
        Runnable next = then;
        then = null;
        return next;
    }

    interface Piece {
        void run() throws IOException;
    }
}
