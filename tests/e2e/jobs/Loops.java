package jobs;

/** Its main() never ends. */
public final class Loops {
    public static void main(String[] arguments) throws Exception {
        while (true) {
            Thread.sleep(1000);
        }
    }
}
