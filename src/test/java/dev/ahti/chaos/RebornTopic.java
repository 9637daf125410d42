package dev.ahti.chaos;

import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** A topic that is deleted and made again under its name; its records are {@code generation-N/number}. */
final class RebornTopic {
    static final TopicPartition PARTITION = new TopicPartition("reborn", 0);

    private final Ledger ledger;
    private int generation;

    RebornTopic(Ledger ledger) {
        this.ledger = ledger;
    }

    /** @param goesAway runs before an earlier one is deleted */
    void makeAgain(String bootstrap, Runnable goesAway) throws Exception {
        try (Admin admin = ChaosCluster.admin(bootstrap)) {
            if (generation > 0) {
                goesAway.run();
                admin.deleteTopics(List.of(PARTITION.topic())).all().get();
            }
            ledger.forget(PARTITION);
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 3)))
                    .all()
                    .get();
            generation++;
            write(bootstrap, "generation-" + generation);
        }
    }

    private void write(String bootstrap, String name) throws Exception {
        try (var producer = new KafkaProducer<>(
                ProducerLoad.settings(bootstrap, true, 5000), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 20; i++) {
                String value = name + "/" + i;
                long offset = producer.send(new ProducerRecord<>(PARTITION.topic(), 0, null, value))
                        .get()
                        .offset();
                ledger.acknowledged(PARTITION, offset, value);
            }
        }
    }
}
