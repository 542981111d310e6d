package jobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says in main() whether it can read the file of its label. */
public final class Peeks {
    public static void main(String[] arguments) throws Exception {
        String label = Counting.label();
        throw new IllegalStateException(label + (canRead(Path.of(label)) ? " can be read" : " cannot be read"));
    }

    // Landlock refuses to open a file, not to ask for its rights.
    private static boolean canRead(Path path) {
        try (InputStream file = Files.newInputStream(path)) {
            return file.read() >= 0;
        } catch (IOException refused) {
            return false;
        }
    }
}
