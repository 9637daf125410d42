package dev.ahti.api.virtual;

import dev.ahti.metadata.image.BrokerImage;
import dev.ahti.metadata.image.ClusterImage;
import dev.ahti.replica.RefusedSequences;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiMessage;

/** The brokers behind the one that clients see: this one and the others. */
public final class AllBrokers {
    private final int self;
    private final Supplier<ClusterImage> image;
    private final LocalAnswers here;
    private final OtherBrokers others;

    public AllBrokers(int self, Supplier<ClusterImage> image, LocalAnswers here, OtherBrokers others) {
        this.self = self;
        this.image = image;
        this.here = here;
        this.others = others;
    }

    public int self() {
        return self;
    }

    /** What this broker could not take yet from producers. */
    public RefusedSequences refused() {
        return here.refused();
    }

    /** To find whom the partitions of one request belong to, as this broker sees it now. */
    public Leaders leaders() {
        return new Leaders(image.get(), self);
    }

    /** As {@link OtherBrokers#ask}, of any broker. */
    public CompletionStage<ApiMessage> ask(int broker, Part part) {
        return broker == self ? here.answer(part) : others.ask(broker, part);
    }

    /** Ids of the brokers that are not fenced, this one first in any case. */
    public List<Integer> online() {
        List<Integer> ids = new ArrayList<>();
        ids.add(self);
        image.get().brokers().values().stream()
                .filter(broker -> !broker.fenced() && broker.id() != self)
                .map(BrokerImage::id)
                .sorted()
                .forEach(ids::add);
        return ids;
    }
}
