package dev.ahti.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ahti.metadata.event.MetadataEvent;
import dev.ahti.metadata.event.UnfenceBroker;
import dev.ahti.model.KafkaTypesModule;
import dev.ahti.protocol.SupportedApis;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.Uuid;

/**
 * What takes 50 to 150 ms when it is first used and needs no actor system: done while one thread makes that, in the order in
 * which it is wanted.
 */
final class FirstUses {
    private FirstUses() {}

    static void make() {
        try {
            journalFormat();
            SSLContext.getDefault(); // Pekko HTTP wants one, also where nothing is encrypted
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        ManagementFactory.getPlatformMBeanServer(); // Kafka's group metrics want it
        SupportedApis.advertised();
    }

    /** Jackson, and the JDK's proxies for the annotations of events. */
    private static void journalFormat() throws IOException {
        ObjectMapper json = new ObjectMapper().registerModule(new KafkaTypesModule());
        json.readValue(json.writeValueAsBytes(new UnfenceBroker(1, Uuid.ZERO_UUID)), MetadataEvent.class);
    }
}
