package dev.ahti.management;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;

/** How all answers in JSON are made: for people to read, too. */
final class Json {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Json() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static String text(ObjectNode shown) {
        return shown.toPrettyString() + "\n";
    }

    static void numbers(ArrayNode shown, Collection<Integer> numbers) {
        numbers.forEach(shown::add);
    }
}
