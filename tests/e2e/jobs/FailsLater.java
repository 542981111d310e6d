package jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Runs for a moment and fails. Flink restarts it without end. */
public final class FailsLater {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).map(FailsLater::check).print();
        env.execute("fails later");
    }

    static Long check(Long number) throws InterruptedException {
        Thread.sleep(20);
        if (number > 40) {
            throw new IllegalStateException("the fortieth record fails on purpose");
        }
        return number;
    }
}
