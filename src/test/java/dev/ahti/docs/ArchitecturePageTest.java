package dev.ahti.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/architecture.md speaks of classes that exist. */
class ArchitecturePageTest {
    /** A word in backticks that looks like a class: `PartitionReplica`. A method may follow: `LocalReplica.append`. */
    private static final Pattern CLASS = Pattern.compile("`([A-Z][A-Za-z]+[a-z][A-Za-z]*)(\\.[a-z]\\w*)?(\\(\\))?`");

    private static final Set<String> OF_OTHERS = Set.of(
            "CreateTopics",
            "Produce",
            "Fetch",
            "Metadata",
            "LogConfig",
            "EventSourcedBehavior",
            "GroupCoordinatorService");

    @Test
    void everyClassThatThePageNamesExists() throws IOException {
        String page = Files.readString(Path.of("docs/architecture.md"));
        Set<String> named = CLASS.matcher(page)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        named.removeAll(OF_OTHERS);

        assertThat(named).hasSizeGreaterThan(10);
        assertThat(ours()).containsAll(named);
    }

    private static Set<String> ours() throws IOException {
        try (Stream<Path> main = Files.walk(Path.of("src/main/java"));
                Stream<Path> rules = Files.walk(Path.of("src/test/java/dev/ahti/architecture"))) {
            return Stream.concat(main, rules)
                    .map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }
}
