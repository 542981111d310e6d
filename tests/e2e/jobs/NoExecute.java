package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

public final class NoExecute {
    public static void main(String[] arguments) {
        StreamExecutionEnvironment.getExecutionEnvironment().fromSequence(1, 10).print();
    }
}
