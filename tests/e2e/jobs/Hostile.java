package jobs;

import java.io.File;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Makes the attempts of the properties "attempts...", each "<kind> <argument>", separated by "@@". Prints "attempt <kind> <argument>: DONE"
 * or ": REFUSED <why>" for each, and then counts.
 */
public final class Hostile {
    private static final List<Object> HELD = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        String properties = Files.readString(Path.of(System.getenv("KOBEL_APPLICATION_PROPERTIES")));
        // A property has at most 2048 characters: there are several.
        String attempts = Pattern.compile("\"attempts[0-9]*\":\"([^\"]*)\"").matcher(properties).results()
            .map(found -> found.group(1)).collect(Collectors.joining("@@"));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(number -> turn(number, attempts)).uid("turn").print();
        env.execute("hostile");
    }

    static String turn(long number, String attempts) throws Exception {
        if (number == 0) {
            for (String attempt : attempts.split("@@")) {
                if (!attempt.isBlank()) {
                    System.out.println("attempt " + attempt.strip() + ": " + outcome(attempt.strip()));
                }
            }
        }
        Thread.sleep(20);
        return "turn count=" + number + " at=" + System.currentTimeMillis();
    }

    private static String outcome(String attempt) {
        String[] words = attempt.split(" ", 2);
        try {
            return attempt(words[0], words.length > 1 ? words[1] : "") ? "DONE" : "REFUSED";
        } catch (Throwable refused) {
            return "REFUSED " + refused;
        }
    }

    private static boolean attempt(String kind, String argument) throws Exception {
        switch (kind) {
            case "read":
                return Files.readAllBytes(Path.of(argument)).length >= 0;
            case "list":
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(argument))) {
                    return entries.iterator().hasNext();
                }
            case "write":
                Files.writeString(Path.of(argument), "mine");
                return true;
            case "run":
                return run("/bin/sh", "-c", argument);
            case "python": // a program in hexadecimal digits, as it may have any characters
                return run("python3", "-c", new String(new java.math.BigInteger(argument, 16).toByteArray()));
            case "file":
                return isFile(new File(argument));
            case "sees":
                return seesProcess(argument);
            case "connect":
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress("127.0.0.1", Integer.parseInt(argument)), 2000);
                    return true;
                }
            case "listen":
                try (ServerSocket socket = new ServerSocket(Integer.parseInt(argument))) {
                    return socket.isBound();
                }
            case "memory":
                return allocate();
            case "threads":
                return threads(Integer.parseInt(argument), Hostile::rest);
            case "spin":
                return threads(Integer.parseInt(argument), Hostile::spin);
            case "fill":
                return fill(Path.of(argument));
            default:
                throw new IllegalArgumentException(kind);
        }
    }

    /** Whether the file exists, in the ways that the AWS library and other programs check. */
    private static boolean isFile(File file) throws Exception {
        try (java.io.FileInputStream stream = new java.io.FileInputStream(file)) {
            byte[] content = stream.readAllBytes();
            return file.exists() && file.isFile() && file.canRead() && file.length() == content.length
                && Files.size(file.toPath()) == content.length && Files.isReadable(file.toPath())
                && new String(content).equals(Files.readString(file.toPath()));
        }
    }

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes()).strip();
        if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException(said.replace('\n', ' '));
        }
        return true;
    }

    /** Whether there is a process with this text in its command line. */
    private static boolean seesProcess(String text) throws Exception {
        for (File process : new File("/proc").listFiles()) {
            Path line = process.toPath().resolve("cmdline");
            if (process.getName().matches("[0-9]+") && Files.exists(line) && Files.readString(line).contains(text)) {
                return true;
            }
        }
        return false;
    }

    /** Allocates native memory without end, which no limit of the heap counts. */
    private static boolean allocate() throws Exception {
        Class<?> unsafeClass = Class.forName("sun.misc.Unsafe");
        java.lang.reflect.Field field = unsafeClass.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        sun.misc.Unsafe unsafe = (sun.misc.Unsafe) field.get(null);
        for (int count = 0; count < 64; count++) {
            long address = unsafe.allocateMemory(64L << 20);
            unsafe.setMemory(address, 64L << 20, (byte) 1);
            HELD.add(address);
        }
        return true;
    }

    private static boolean threads(int count, Runnable work) {
        for (int started = 0; started < count; started++) {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
            HELD.add(thread);
        }
        return true;
    }

    private static void rest() {
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static void spin() {
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }

    /** Writes 200 MB. */
    private static boolean fill(Path file) throws Exception {
        ByteBuffer block = ByteBuffer.allocate(1 << 20);
        try (var out = java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE)) {
            for (int count = 0; count < 200; count++) {
                out.write(block.rewind());
            }
        }
        return true;
    }
}
