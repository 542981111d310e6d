package jobs;

import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.RichParallelSourceFunction;

/** A source from before FLIP-27, as FlinkKinesisConsumer is, and more work after it than one subtask can do. */
public final class LegacyLoad {
    private static final int EVERY_MS = 16;
    private static final int COST_MS = 18;

    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.addSource(new Numbers()).uid("numbers").keyBy(number -> number % 64).map(new Work()).uid("work")
            .sinkTo(new DiscardingSink<>()).uid("sink");
        env.execute("legacy load");
    }

    /** The same number of records a second with any parallelism. */
    static final class Numbers extends RichParallelSourceFunction<Long> {
        private static final long serialVersionUID = 1L;
        private volatile boolean runs = true;

        @Override
        public void run(SourceContext<Long> context) throws Exception {
            int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
            for (long number = 0; runs; number++) {
                synchronized (context.getCheckpointLock()) {
                    context.collect(number);
                }
                Thread.sleep((long) EVERY_MS * subtasks);
            }
        }

        @Override
        public void cancel() {
            runs = false;
        }
    }

    static final class Work extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long map(Long number) throws Exception {
            Thread.sleep(COST_MS);
            return number;
        }
    }
}
