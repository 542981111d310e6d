package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.source.SourceFunction;

/** Counts as Counting does, with a SourceFunction, which Flink 2 does not have. */
public final class Legacy {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.addSource(new Numbers()).uid("numbers").keyBy(number -> 0L).process(new Counting.Count(Counting.label())).uid("count").print();
        env.execute("legacy");
    }

    static final class Numbers implements SourceFunction<Long> {
        private static final long serialVersionUID = 1L;
        private volatile boolean runs = true;

        @Override
        public void run(SourceContext<Long> context) throws Exception {
            for (long number = 0; runs; number++) {
                synchronized (context.getCheckpointLock()) {
                    context.collect(number);
                }
                Thread.sleep(10);
            }
        }

        @Override
        public void cancel() {
            runs = false;
        }
    }
}
