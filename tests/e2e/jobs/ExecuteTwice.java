package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

public final class ExecuteTwice {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        for (int round = 0; round < 2; round++) {
            env.fromSequence(1, Long.MAX_VALUE - 1).map(Counting::pace).print();
            env.execute("round " + round);
        }
    }
}
