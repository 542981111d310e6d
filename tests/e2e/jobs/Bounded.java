package jobs;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Has an end. The label "batch" lets it run in batch mode, through a shuffle; "endless-batch" also takes very long. */
public final class Bounded {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        String label = String.valueOf(Counting.label());
        if (!label.endsWith("batch")) {
            env.fromSequence(1, 50).map(Counting::pace).print();
        } else {
            env.setRuntimeMode(RuntimeExecutionMode.BATCH);
            long last = label.startsWith("endless") ? 1000000 : 200;
            env.fromSequence(1, last).map(Counting::pace).keyBy(number -> number % 3).reduce(Long::sum)
                    .map(sum -> label + " sum=" + sum).print();
        }
        env.execute("bounded");
    }
}
