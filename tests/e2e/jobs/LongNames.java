package jobs;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** Operators with names of more than a hundred bytes, three bytes a character. Each begins a vertex. */
public final class LongNames {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        // The last of the environment variables that the test sets.
        String beginning = System.getenv("AWS_TEST_99");
        DataStream<Long> numbers = env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").disableChaining();
        for (int index = 0; index < 3; index++) {
            numbers = numbers.map(LongNames::wait).disableChaining()
                .name(beginning + "x".repeat(index) + "演算子の名前".repeat(20)).uid("wait" + index);
        }
        numbers.sinkTo(new DiscardingSink<>()).uid("nowhere");
        env.execute("名前");
    }

    static Long wait(Long number) throws InterruptedException {
        Thread.sleep(10);
        return number;
    }
}
