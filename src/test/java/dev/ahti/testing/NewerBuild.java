package dev.ahti.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The jar of a later version of Ahti: this one's, with {@code ahti.metadata.version} 2 and one kind of event more, which
 * it writes with each alteration of configs. Few classes are compiled for it, from this version's sources with a few lines
 * changed, so that all the rest is what users run.
 */
public final class NewerBuild {
    public static final short METADATA_VERSION = 2;
    /** The event's name in the journal. */
    public static final String EVENT = "NoteChange";

    private static final Path SOURCES = Path.of(System.getProperty("user.dir"), "src/main/java");
    private static final String METADATA = "dev/ahti/metadata/";

    private NewerBuild() {}

    /** Makes it in this directory. */
    public static Path in(Path directory) throws IOException {
        Path sources = Files.createDirectories(directory.resolve("sources"));
        Path classes = Files.createDirectories(directory.resolve("classes"));
        List<Path> changed = new ArrayList<>();
        changed.add(write(sources, METADATA + "event/" + EVENT + ".java", event()));
        changed.add(change(
                sources,
                METADATA + "event/MetadataEvent.java",
                "@JsonSubTypes({",
                "@JsonSubTypes({ @JsonSubTypes.Type(value = " + EVENT + ".class, name = \"" + EVENT + "\"),",
                "permits StartEpoch,",
                "permits " + EVENT + ", StartEpoch,"));
        changed.add(change(
                sources,
                METADATA + "MetadataSettings.java",
                "short METADATA_VERSION = 1;",
                "short METADATA_VERSION = " + METADATA_VERSION + ";"));
        changed.add(change(
                sources,
                METADATA + "ConfigDecisions.java",
                "return new Decision(request",
                "draft.add(new dev.ahti.metadata.event." + EVENT
                        + "(\"configs\"));\n        return new Decision(request"));
        changed.addAll(usersOfTheVersion());
        compile(changed, classes);
        // bin/ahti would make an archive of classes beside it, while the test wants the processors.
        Files.createDirectories(directory.resolve("newer-ahti.archive.lock"));
        return jar(classes, directory.resolve("newer-ahti.jar"));
    }

    private static String event() {
        return "package dev.ahti.metadata.event;\n"
                + "public record " + EVENT + "(String what) implements MetadataEvent {\n"
                + "    @Override public short since() { return " + METADATA_VERSION + "; }\n"
                + "    @Override public dev.ahti.metadata.image.ClusterImage change(\n"
                + "            dev.ahti.metadata.image.ClusterImage image) { return image; }\n"
                + "}\n";
    }

    private static Path change(Path to, String file, String... replacements) throws IOException {
        String text = Files.readString(SOURCES.resolve(file));
        for (int i = 0; i < replacements.length; i += 2) {
            if (!text.contains(replacements[i])) {
                throw new IllegalStateException(file + " has no longer: " + replacements[i]);
            }
            text = text.replace(replacements[i], replacements[i + 1]);
        }
        return write(to, file, text);
    }

    private static Path write(Path to, String file, String text) throws IOException {
        Path path = to.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    /** The compiler has put the number itself into them. */
    private static List<Path> usersOfTheVersion() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(each -> each.toString().endsWith(".java"))
                    .filter(each -> read(each).matches("(?s).*MetadataSettings\\.METADATA_VERSION\\b(?!_).*"))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void compile(List<Path> sources, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            List<String> options =
                    List.of("-classpath", BrokerProcess.builtJar().toString(), "-d", classes.toString(), "-proc:none");
            if (!compiler.getTask(messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call()) {
                throw new IllegalStateException(messages.toString());
            }
        }
    }

    private static Path jar(Path classes, Path jar) throws IOException {
        Files.copy(BrokerProcess.builtJar(), jar, StandardCopyOption.REPLACE_EXISTING);
        try (FileSystem inJar = FileSystems.newFileSystem(jar);
                Stream<Path> files = Files.walk(classes)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        each, inJar.getPath(classes.relativize(each).toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return jar;
    }
}
