package jobs;

/** The counting job with another operator id: its predecessor's state has nowhere to go. */
public final class OtherUid {
    public static void main(String[] arguments) throws Exception {
        Counting.run("another", Counting.label());
    }
}
