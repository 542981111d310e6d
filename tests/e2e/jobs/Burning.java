package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** Keeps a processor busy with each subtask. One vertex: a savepoint waits for no buffers. */
public final class Burning {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(Burning::burn).uid("burn").sinkTo(new DiscardingSink<>()).uid("nowhere");
        env.execute("burning");
    }

    static Double burn(Long number) {
        double sum = number;
        for (int i = 1; i < 200_000; i++) {
            sum += Math.sqrt(sum / i);
        }
        return sum;
    }
}
