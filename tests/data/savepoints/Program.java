import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Runs a job with state of each kind inside this JVM and writes one savepoint or checkpoint of it.
 *
 * <p>Arguments: a directory; CANONICAL, NATIVE or CHECKPOINT; settings of Flink as key=value.
 */
public final class Program {
    static final MapStateDescriptor<Long, String> RULES = new MapStateDescriptor<>("rules", Types.LONG, Types.STRING);

    public static void main(String[] arguments) throws Exception {
        Configuration settings = new Configuration();
        for (int index = 2; index < arguments.length; index++) {
            String[] parts = arguments[index].split("=", 2);
            settings.setString(parts[0], parts[1]);
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, settings);
        DataStream<Long> numbers = env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").name("Numbers")
                .map(Program::pace).returns(Types.LONG).name("Pace");
        BroadcastStream<Long> rules = env.fromSequence(1, 3).uid("rules-source").name("Rules").broadcast(RULES);
        numbers.connect(rules).process(new Rules()).uid("rules-uid").name("Apply rules")
                .keyBy(number -> number % 10).process(new Totals()).uid("totals-uid").name("Totals").setMaxParallelism(32)
                .map(new Buffer()).returns(Types.LONG).uid("buffer-\u00fc\ud83d\ude00").name("Buffer \u00fc\ud83d\ude00")
                .keyBy(number -> number % 3).reduce(Long::sum).name("Sum").print();
        JobClient job = env.executeAsync("states");
        Thread.sleep(3000);
        if (arguments[1].equals("CHECKPOINT")) {
            awaitCheckpoint(Path.of(arguments[0]));
        } else {
            SavepointFormatType format = SavepointFormatType.valueOf(arguments[1]);
            takeSavepoint(job, "file://" + arguments[0], format);
        }
        job.cancel().get();
        System.exit(0);
    }

    /** Fails while a task is not running yet. */
    static void takeSavepoint(JobClient job, String directory, SavepointFormatType format) throws Exception {
        for (int tries = 1;; tries++) {
            try {
                job.triggerSavepoint(directory, format).get();
                return;
            } catch (ExecutionException failure) {
                if (tries == 20) throw failure;
                Thread.sleep(1000);
            }
        }
    }

    /** Any but the first: Flink may have begun it before all tasks ran. */
    static void awaitCheckpoint(Path directory) throws Exception {
        for (int tries = 0; tries < 600; tries++) {
            try (Stream<Path> paths = Files.walk(directory)) {
                List<Path> found = paths.filter(path -> path.endsWith("_metadata")).collect(Collectors.toList());
                if (found.size() >= 1 && !found.get(0).toString().contains("chk-1" + File.separator)) return;
            } catch (java.io.UncheckedIOException changed) {
                // A directory was removed meanwhile.
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("no checkpoint");
    }

    static Long pace(Long number) throws InterruptedException {
        Thread.sleep(10);
        return number;
    }

    /** A POJO. */
    public static final class Reading {
        public long number;
        public String unit;
    }

    /** Keyed state of several kinds, and timers. */
    static final class Totals extends KeyedProcessFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
            ValueState<Long> total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Types.LONG));
            MapState<String, Long> kinds = getRuntimeContext().getMapState(
                    new MapStateDescriptor<>("by-kind", Types.STRING, Types.LONG));
            ListState<Long> recent = getRuntimeContext().getListState(new ListStateDescriptor<>("recent", Types.LONG));
            ValueState<Reading> last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Reading.class));
            Reading reading = new Reading();
            reading.number = number;
            reading.unit = "m";
            last.update(reading);
            total.update(total.value() == null ? number : total.value() + number);
            kinds.put(number % 2 == 0 ? "even" : "odd", number);
            recent.update(List.of(number));
            context.timerService().registerProcessingTimeTimer(Long.MAX_VALUE / 2);
            out.collect(number);
        }
    }

    /** Operator state: a list that is split, and one that every subtask gets. */
    static final class Buffer implements MapFunction<Long, Long>, CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private transient ListState<Long> buffer;
        private transient ListState<String> shares;
        private final List<Long> held = new ArrayList<>();

        @Override
        public Long map(Long number) {
            if (held.size() < 5) held.add(number);
            return number;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            buffer = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("buffer", Types.LONG));
            shares = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("shares", Types.STRING));
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            buffer.update(held);
            shares.update(List.of("share"));
        }
    }

    /** Broadcast state. */
    static final class Rules extends BroadcastProcessFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Long number, ReadOnlyContext context, Collector<Long> out) {
            out.collect(number);
        }

        @Override
        public void processBroadcastElement(Long rule, Context context, Collector<Long> out) throws Exception {
            context.getBroadcastState(RULES).put(rule, "rule " + rule);
        }
    }
}
