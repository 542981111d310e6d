package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Needs more slots than the application has. */
public final class TooParallel {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE - 1).map(Counting::pace).setParallelism(8).print();
        env.execute("too parallel");
    }
}
