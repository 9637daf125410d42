package bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.utils.Utils;

/** Workload 9 where consumers would take more CPU than the broker: many that commit, and very many groups that are loaded. */
final class GroupRequests {
    private static final short COMMIT = 9; // the newest that names its topics
    private static final short FETCH = 9;
    private static final short FIND = 6;
    private static final int SLOTS = 50;

    private GroupRequests() {}

    /** Each connection has one commit in flight, for a group of its own, and goes to that group's coordinator. */
    static void commits(Opts o, Row row) throws Exception {
        Peer peer = new Peer(o);
        int connections = o.num("connections", 200);
        try (Topic topic = new Topic(peer, connections, o.num("replicas", 1))) {
            List<String> groups = groups(topic.name, connections);
            List<InetSocketAddress> coordinators = coordinators(peer, groups);
            ByteBuffer[] requests = IntStream.range(0, connections).mapToObj(i -> commit(groups.get(i), topic.name, i, 1)).toArray(ByteBuffer[]::new);
            for (int i = 0; i < connections; i++) awaitCommitted(coordinators.get(i), requests[i]);
            SmallRequests.drive("commit", coordinators, connections, requests, GroupRequests::checkCommit, o, peer.pids(), row);
        }
    }

    /** Many groups with a few commits each; after a kill, from the start until the last of them has answered what it has committed. */
    static void loading(Opts o, Row row) throws Exception {
        Peer peer = new Peer(o);
        int commits = o.num("commits", 10);
        try (Topic topic = new Topic(peer, 1, 1)) {
            List<String> groups = groups(topic.name, o.num("groups", 10_000));
            InetSocketAddress broker = coordinators(peer, groups.subList(0, 1)).get(0);
            for (int n = 1; n <= commits; n++) commitAll(broker, groups, topic.name, n);
            peer.call("kill", "1");
            long start = System.nanoTime();
            Thread starter = new Thread(() -> peer.call("startnode", "1"));
            starter.start();
            awaitLoaded(broker, groups, topic.name, commits, start, row);
            starter.join();
            row.put("groups", groups.size()).put("rss_mb", Procs.rssMb(peer.pids()));
        }
    }

    private static List<String> groups(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    private static List<InetSocketAddress> coordinators(Peer peer, List<String> groups) throws Exception {
        String[] address = peer.bootstrap().split(",")[0].split(":");
        ByteBuffer request = frame(new FindCoordinatorRequest.Builder(new FindCoordinatorRequestData().setKeyType((byte) 0).setCoordinatorKeys(groups)).build(FIND), ApiKeys.FIND_COORDINATOR, FIND);
        try (SocketChannel ch = SocketChannel.open(new InetSocketAddress(address[0], Integer.parseInt(address[1])))) {
            while (true) {
                send(ch, request);
                FindCoordinatorResponseData found = new FindCoordinatorResponseData(new ByteBufferAccessor(receive(ch, ApiKeys.FIND_COORDINATOR, FIND)), FIND);
                if (found.coordinators().stream().allMatch(c -> c.errorCode() == 0)) {
                    Map<String, InetSocketAddress> byGroup = new LinkedHashMap<>();
                    found.coordinators().forEach(c -> byGroup.put(c.key(), new InetSocketAddress(c.host(), c.port())));
                    return groups.stream().map(byGroup::get).toList();
                }
                Thread.sleep(100); // the topic of the groups is being made
            }
        }
    }

    private static ByteBuffer commit(String group, String topic, int partition, long offset) {
        OffsetCommitRequestData data = new OffsetCommitRequestData().setGroupId(group).setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(topic).setPartitions(List.of(
            new OffsetCommitRequestData.OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(offset).setCommittedMetadata("")))));
        return frame(OffsetCommitRequest.Builder.forTopicNames(data).build(COMMIT), ApiKeys.OFFSET_COMMIT, COMMIT);
    }

    private static void checkCommit(ByteBuffer response) {
        ResponseHeader.parse(response, ApiKeys.OFFSET_COMMIT.responseHeaderVersion(COMMIT));
        short error = errorOf(response);
        if (error != 0) throw new IllegalStateException("a commit failed with error " + error);
    }

    /** A coordinator that was named may still be loading. */
    private static void awaitCommitted(InetSocketAddress coordinator, ByteBuffer request) throws Exception {
        try (SocketChannel ch = SocketChannel.open(coordinator)) {
            for (send(ch, request); errorOf(receive(ch, ApiKeys.OFFSET_COMMIT, COMMIT)) != 0; send(ch, request)) Thread.sleep(20);
        }
    }

    private static short errorOf(ByteBuffer commitResponse) {
        return new OffsetCommitResponseData(new ByteBufferAccessor(commitResponse), COMMIT).topics().get(0).partitions().get(0).errorCode();
    }

    /** A hundred in flight at a time. */
    private static void commitAll(InetSocketAddress broker, List<String> groups, String topic, long offset) throws Exception {
        try (SocketChannel ch = SocketChannel.open(broker)) {
            for (int from = 0; from < groups.size(); from += 100) {
                List<String> some = groups.subList(from, Math.min(from + 100, groups.size()));
                for (String g : some) send(ch, commit(g, topic, 0, offset));
                for (String g : some) {
                    short error = errorOf(receive(ch, ApiKeys.OFFSET_COMMIT, COMMIT));
                    if (error == 14 || error == 16) Thread.sleep(20); // still loading what was just made: it has the next commits
                    else if (error != 0) throw new IllegalStateException("the commit of " + g + " failed with error " + error);
                }
            }
        }
    }

    private static void awaitLoaded(InetSocketAddress broker, List<String> groups, String topic, long committed, long start, Row row) throws Exception {
        Map<Integer, List<String>> bySlot = new LinkedHashMap<>();
        for (String g : groups) bySlot.computeIfAbsent(Utils.abs(g.hashCode()) % SLOTS, s -> new ArrayList<>()).add(g);
        double first = 0;
        while (!bySlot.isEmpty()) {
            if (System.nanoTime() - start > 120_000_000_000L) throw new IllegalStateException(bySlot.size() + " slots are not loaded");
            try (SocketChannel ch = SocketChannel.open(broker)) {
                while (!bySlot.isEmpty()) {
                    for (Collection<String> slot : List.copyOf(bySlot.values())) {
                        if (isLoaded(ch, slot, topic, committed)) {
                            bySlot.values().remove(slot);
                            if (first == 0) first = (System.nanoTime() - start) / 1e9;
                        }
                    }
                    Thread.sleep(5);
                }
            } catch (IOException e) { // not listening yet
                Thread.sleep(5);
            }
        }
        double all = (System.nanoTime() - start) / 1e9;
        row.put("first_slot_s", first).put("all_groups_s", all).put("from_first_to_all_s", all - first);
    }

    private static boolean isLoaded(SocketChannel ch, Collection<String> groups, String topic, long committed) throws IOException {
        send(ch, frame(OffsetFetchRequest.Builder.forTopicNames(new OffsetFetchRequestData().setGroups(groups.stream().map(g -> new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId(g).setTopics(List.of(
            new OffsetFetchRequestData.OffsetFetchRequestTopics().setName(topic).setPartitionIndexes(List.of(0))))).toList()), false).build(FETCH), ApiKeys.OFFSET_FETCH, FETCH));
        OffsetFetchResponseData data = new OffsetFetchResponseData(new ByteBufferAccessor(receive(ch, ApiKeys.OFFSET_FETCH, FETCH)), FETCH);
        if (data.groups().stream().anyMatch(g -> g.errorCode() != 0)) return false;
        data.groups().forEach(g -> {
            long offset = g.topics().get(0).partitions().get(0).committedOffset();
            if (offset != committed) throw new IllegalStateException(g.groupId() + " has lost its commit: " + offset);
        });
        return true;
    }

    private static ByteBuffer frame(AbstractRequest request, ApiKeys api, short version) {
        return SmallRequests.frame(request, api, version);
    }

    private static void send(SocketChannel ch, ByteBuffer framed) throws IOException {
        ByteBuffer out = framed.duplicate();
        while (out.hasRemaining()) ch.write(out);
    }

    /** The body of the next response. */
    private static ByteBuffer receive(SocketChannel ch, ApiKeys api, short version) throws IOException {
        ByteBuffer size = ByteBuffer.allocate(4);
        fill(ch, size);
        ByteBuffer body = ByteBuffer.allocate(size.getInt(0));
        fill(ch, body);
        body.flip();
        ResponseHeader.parse(body, api.responseHeaderVersion(version));
        return body;
    }

    private static void fill(SocketChannel ch, ByteBuffer b) throws IOException {
        while (b.hasRemaining()) if (ch.read(b) < 0) throw new IOException("the broker closed a connection");
    }
}
