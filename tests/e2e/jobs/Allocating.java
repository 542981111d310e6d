package jobs;

import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Keeps megabytes of a kind of memory in main() or in a task, and counts. The label says which: "task-direct-64". */
public final class Allocating {
    private static final int MEGABYTE = 1 << 20;
    private static final List<Object> KEPT = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        String label = Counting.label();
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();

        if (label.startsWith("main-")) {
            allocate(label);
        }
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(Counting::pace).uid("pace").map(number -> line(label, number)).uid("keep")
                .print().uid("print");
        env.execute("allocating");
    }

    private static String line(String label, long number) throws Exception {
        if (number == 0 && label.startsWith("task-")) {
            allocate(label);
        }
        return label + " count=" + (number + 1) + " at=" + System.currentTimeMillis();
    }

    private static void allocate(String label) throws Exception {
        String[] words = label.split("-");
        int megabytes = Integer.parseInt(words[2]);

        if (words[1].equals("metaspace")) {
            loadClasses(megabytes);
        }
        for (int kept = 0; kept < megabytes && words[1].equals("direct"); kept++) {
            KEPT.add(ByteBuffer.allocateDirect(MEGABYTE));
        }
        for (int kept = 0; kept < megabytes && words[1].equals("heap"); kept++) {
            KEPT.add(new byte[MEGABYTE]);
        }
    }

    private static void loadClasses(int megabytes) throws Exception {
        MemoryPoolMXBean pool = ManagementFactory.getMemoryPoolMXBeans().stream().filter(one -> one.getName().equals("Metaspace")).findAny().get();
        byte[] code;

        try (InputStream file = Allocating.class.getResourceAsStream("Allocating.class")) {
            code = file.readAllBytes();
        }
        for (long end = pool.getUsage().getUsed() + (long) megabytes * MEGABYTE; pool.getUsage().getUsed() < end; ) {
            KEPT.add(new Copies().define(code));
        }
    }

    /** Loads the same class once more. */
    private static final class Copies extends ClassLoader {
        Class<?> define(byte[] code) {
            Class<?> copy = defineClass("jobs.Allocating", code, 0, code.length);
            resolveClass(copy);
            return copy;
        }
    }
}
