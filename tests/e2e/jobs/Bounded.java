package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

public final class Bounded {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, 50).map(Counting::pace).print();
        env.execute("bounded");
    }
}
