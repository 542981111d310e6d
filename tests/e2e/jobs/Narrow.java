package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Counts as Counting does, with two key groups: it cannot be wider than that. */
public final class Narrow {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setMaxParallelism(2);
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(Counting::pace)
                .keyBy(number -> 0L).process(new Counting.Count(Counting.label())).uid("count").print();
        env.execute("narrow");
    }
}
