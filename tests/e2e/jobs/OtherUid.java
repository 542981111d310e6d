package jobs;

/** Counts as Counting does, with another operator id: the state of Counting cannot be restored. */
public final class OtherUid {
    public static void main(String[] arguments) throws Exception {
        Counting.run("another", Counting.label());
    }
}
