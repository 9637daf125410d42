import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A step of the build: writes the jar's reference.conf without the libraries' comments. It is parsed at each start, most of
 * the time before the actor system can begin, and four fifths of it are comments.
 */
final class CompactReference {
    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        try (FileSystem files = FileSystems.newFileSystem(jar);
                URLClassLoader classes =
                        new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            Config before =
                    ConfigFactory.parseResources(classes, "reference.conf"); // so that what it includes is found
            String compact = before.root().render(ConfigRenderOptions.concise());
            if (!ConfigFactory.parseString(compact).equals(before)) {
                throw new IllegalStateException("reference.conf is another one without comments");
            }
            Files.writeString(files.getPath("/reference.conf"), compact);
        }
    }

    private CompactReference() {}
}
