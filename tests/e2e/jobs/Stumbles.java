package jobs;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Counts as Counting does; the thousandth record of its first attempt fails, so that Flink restarts the job. */
public final class Stumbles {
    public static void main(String[] arguments) throws Exception {
        String label = Counting.label();
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(Counting::pace)
                .keyBy(number -> 0L).process(new Counting.Count(label)).uid("count").map(new Stumble()).print();
        env.execute("stumbles");
    }

    static final class Stumble extends RichMapFunction<String, String> {
        private static final long serialVersionUID = 1L;
        private transient int seen;
        private transient boolean isFirst;

        @Override
        public void open(OpenContext context) {
            isFirst = getRuntimeContext().getTaskInfo().getAttemptNumber() == 0;
        }

        @Override
        public String map(String line) {
            if (isFirst && ++seen == 1000) {
                throw new IllegalStateException("the thousandth record fails on purpose");
            }
            return line;
        }
    }
}
