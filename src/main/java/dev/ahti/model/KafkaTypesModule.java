package dev.ahti.model;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** Teaches Jackson the values of kafka-clients that our events and cluster messages carry. Named in reference.conf. */
public final class KafkaTypesModule extends SimpleModule {
    private static final long serialVersionUID = 1L;

    public KafkaTypesModule() {
        super("ahti-kafka-types");
        addSerializer(new UuidSerializer());
        addDeserializer(Uuid.class, new UuidDeserializer());
        setMixInAnnotation(ConfigResource.class, ConfigResourceFields.class);
    }

    /** ConfigResource has no getters that Jackson knows. */
    @JsonAutoDetect(
            fieldVisibility = JsonAutoDetect.Visibility.ANY,
            isGetterVisibility = JsonAutoDetect.Visibility.NONE)
    private abstract static class ConfigResourceFields {
        @JsonCreator
        @SuppressWarnings("UnusedVariable") // Only its annotations are looked at.
        ConfigResourceFields(@JsonProperty("type") ConfigResource.Type type, @JsonProperty("name") String name) {}
    }

    private static final class UuidSerializer extends StdSerializer<Uuid> {
        private static final long serialVersionUID = 1L;

        UuidSerializer() {
            super(Uuid.class);
        }

        @Override
        public void serialize(Uuid value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(value.toString());
        }
    }

    private static final class UuidDeserializer extends StdDeserializer<Uuid> {
        private static final long serialVersionUID = 1L;

        UuidDeserializer() {
            super(Uuid.class);
        }

        @Override
        public Uuid deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return Uuid.fromString(json.getText());
        }
    }
}
