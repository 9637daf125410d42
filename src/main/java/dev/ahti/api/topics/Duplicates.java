package dev.ahti.api.topics;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/** What a request names twice. */
final class Duplicates {
    private Duplicates() {}

    static <T> Set<T> in(Stream<T> all) {
        Set<T> seen = new HashSet<>();
        Set<T> twice = new LinkedHashSet<>();
        all.filter(one -> !seen.add(one)).forEach(twice::add);
        return twice;
    }
}
