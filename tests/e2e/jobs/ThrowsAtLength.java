package jobs;

/** A message of two bytes a character that no fixed room takes. */
public final class ThrowsAtLength {
    public static void main(String[] arguments) {
        throw new IllegalStateException("ä".repeat(2000));
    }
}
