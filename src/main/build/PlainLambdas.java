import java.io.IOException;
import java.lang.invoke.LambdaMetafactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * A step of the build: makes the lambdas of the jar such that the JVM can keep them in the archive of {@code bin/ahti}.
 *
 * <p>Scala makes each lambda serializable and gives it a bridge method of its own types. The JVM archives neither: it would
 * make a class for each of some 1,800 at every start, half a second of it. Nobody serializes a lambda here (Pekko's Java
 * serialization is off), and nobody can call that bridge, as Scala's functions have no method of these types.
 */
final class PlainLambdas {
    private static final String FACTORY = "java/lang/invoke/LambdaMetafactory";
    private static final String ALTERNATIVE = "altMetafactory";
    private static final Handle PLAIN = new Handle(
            Opcodes.H_INVOKESTATIC,
            FACTORY,
            "metafactory",
            "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;"
                    + "Ljava/lang/invoke/MethodType;Ljava/lang/invoke/MethodHandle;Ljava/lang/invoke/MethodType;)"
                    + "Ljava/lang/invoke/CallSite;",
            false);
    private static final Pattern FUNCTION_OF_SCALA = Pattern.compile("scala/(Function\\d+|runtime/java8/JFunction.+)");

    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        try (FileSystem classes = FileSystems.newFileSystem(jar);
                Stream<Path> files = Files.walk(classes.getPath("/"))) {
            Iterator<Path> each =
                    files.filter(file -> file.toString().endsWith(".class")).iterator();
            while (each.hasNext()) {
                Path file = each.next();
                byte[] before = Files.readAllBytes(file);
                if (new String(before, StandardCharsets.ISO_8859_1).contains(ALTERNATIVE)) {
                    Files.write(file, rewrite(before));
                }
            }
        }
    }

    private static byte[] rewrite(byte[] before) {
        ClassReader reader = new ClassReader(before);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String type, String generic, String[] thrown) {
                        return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, type, generic, thrown)) {
                            @Override
                            public void visitInvokeDynamicInsn(
                                    String lambda, String made, Handle factory, Object... arguments) {
                                if (becomesPlain(made, factory, arguments)) {
                                    super.visitInvokeDynamicInsn(lambda, made, PLAIN, Arrays.copyOf(arguments, 3));
                                } else {
                                    super.visitInvokeDynamicInsn(lambda, made, factory, arguments);
                                }
                            }
                        };
                    }
                },
                0);
        return writer.toByteArray();
    }

    /** Whether nothing but being serializable, and a bridge that nobody calls, is lost by the plain form. */
    private static boolean becomesPlain(String type, Handle factory, Object... arguments) {
        if (!factory.getOwner().equals(FACTORY) || !factory.getName().equals(ALTERNATIVE)) {
            return false;
        }
        int flags = (Integer) arguments[3];
        if (flags == (LambdaMetafactory.FLAG_SERIALIZABLE | LambdaMetafactory.FLAG_BRIDGES)) {
            boolean bridged = (Integer) arguments[4] > 0; // javac says so of none, too
            return !bridged
                    || FUNCTION_OF_SCALA
                            .matcher(Type.getReturnType(type).getInternalName())
                            .matches();
        }
        return flags == LambdaMetafactory.FLAG_SERIALIZABLE;
    }
}
