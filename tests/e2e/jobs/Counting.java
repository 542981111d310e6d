package jobs;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Counts records in its state and prints "<label> count=<n>" for each; the label is a property of the application. */
public final class Counting {
    public static void main(String[] arguments) throws Exception {
        run("count", label());
    }

    static String label() throws Exception {
        Path file = Path.of("/etc/flink/application_properties.json");
        String properties = Files.exists(file) ? Files.readString(file) : "[]";
        int at = properties.indexOf("\"label\":\"");
        return at < 0 ? "none" : properties.substring(at + 9, properties.indexOf('"', at + 9));
    }

    static void run(String uid, String label) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(Counting::pace)
                .keyBy(number -> 0L).process(new Count(label)).uid(uid).print();
        env.execute("counting");
    }

    static Long pace(Long number) throws InterruptedException {
        Thread.sleep(10);
        return number;
    }

    static final class Count extends KeyedProcessFunction<Long, Long, String> {
        private static final long serialVersionUID = 1L;
        private final String label;

        Count(String label) {
            this.label = label;
        }

        @Override
        public void processElement(Long number, Context context, Collector<String> out) throws Exception {
            ValueState<Long> count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
            count.update(count.value() == null ? 1L : count.value() + 1L);
            out.collect(label + " count=" + count.value() + " at=" + System.currentTimeMillis());
        }
    }
}
