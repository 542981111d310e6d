package jobs;

public final class Exits {
    public static void main(String[] arguments) {
        System.exit(3);
    }
}
