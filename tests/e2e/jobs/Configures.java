package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Sets an option that only the service may set. */
public final class Configures {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(1234);
        env.fromSequence(1, Long.MAX_VALUE - 1).map(Counting::pace).print();
        env.execute("configures");
    }
}
