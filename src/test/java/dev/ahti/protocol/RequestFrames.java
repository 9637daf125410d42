package dev.ahti.protocol;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Well-formed requests of any API and version with random contents, made from Kafka's schemas. */
public final class RequestFrames {
    private static final int MOST_ELEMENTS = 3;

    private final Random random;

    public RequestFrames(Random random) {
        this.random = random;
    }

    /** Of any API and version that is served; with its length. */
    public byte[] any() {
        ApiKeys[] apis = SupportedApis.apiKeys().toArray(ApiKeys[]::new);
        ApiKeys api = apis[random.nextInt(apis.length)];
        SupportedApis.Versions versions = SupportedApis.versions(api);
        return of(api, (short) (versions.oldest() + random.nextInt(versions.latest() - versions.oldest() + 1)));
    }

    /** The whole frame, with its length. */
    public byte[] of(ApiKeys api, short version) {
        Schema schema = api.messageType.requestSchemas()[version];
        Struct body = struct(schema);
        String client = "client-" + random.nextInt(10);
        boolean flexible = api.requestHeaderVersion(version) >= 2;
        int header = 8 + 2 + client.length() + (flexible ? 1 : 0);
        ByteBuffer frame = ByteBuffer.allocate(4 + header + schema.sizeOf(body));
        frame.putInt(frame.capacity() - 4)
                .putShort(api.id)
                .putShort(version)
                .putInt(random.nextInt())
                .putShort((short) client.length());
        client.chars().forEach(each -> frame.put((byte) each));
        if (flexible) {
            frame.put((byte) 0);
        }
        schema.write(frame, body);
        return frame.array();
    }

    private Struct struct(Schema schema) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(field.def.type));
        }
        return struct;
    }

    private Object value(Type type) {
        if (type instanceof TaggedFields) {
            return new TreeMap<Integer, Object>();
        }
        if (type.isNullable() && random.nextInt(8) == 0) {
            return null;
        }
        if (type.isArray()) {
            Object[] elements = new Object[random.nextInt(MOST_ELEMENTS + 1)];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = value(type.arrayElementType().orElseThrow());
            }
            return elements;
        }
        return type instanceof Schema schema ? struct(schema) : simple(type);
    }

    private Object simple(Type type) {
        String name = ((Type.DocumentedType) type).typeName();
        return switch (name) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) (random.nextInt(6) - 1);
            case "INT16" -> (short) (random.nextInt(6) - 1);
            case "UINT16" -> random.nextInt(1 << 16);
            case "INT32" -> random.nextInt(4) - 1;
            case "UINT32" -> (long) random.nextInt(100);
            case "INT64" -> (long) random.nextInt(100) - 2;
            case "FLOAT64" -> random.nextDouble();
            case "UUID" -> new Uuid(random.nextLong(), random.nextLong());
            default -> variable(name);
        };
    }

    private Object variable(String name) {
        if (name.endsWith("STRING")) {
            return "t" + random.nextInt(4);
        }
        if (name.endsWith("BYTES")) {
            return ByteBuffer.wrap(new byte[random.nextInt(20)]);
        }
        if (name.endsWith("RECORDS")) {
            byte[] payload = new byte[random.nextInt(100)];
            random.nextBytes(payload);
            return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(payload));
        }
        throw new IllegalArgumentException("no value for " + name);
    }
}
