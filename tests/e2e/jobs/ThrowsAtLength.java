package jobs;

/** Fails with a message that is longer than any buffer, two bytes a character. */
public final class ThrowsAtLength {
    public static void main(String[] arguments) {
        throw new IllegalStateException("ä".repeat(2000));
    }
}
