package jobs;

import java.util.Random;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Counts as Counting does. The thousandth record of its first attempt fails, so that Flink restarts the job. Its state is too large for the
 * metadata of a savepoint: it is in a file of its own. */
public final class Stumbles {
    public static void main(String[] arguments) throws Exception {
        String label = Counting.label();
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(Counting::pace)
                .keyBy(number -> 0L).process(new Counting.Count(label)).uid("count").keyBy(line -> 0L).map(new Stumble()).uid("stumble").print();
        env.execute("stumbles");
    }

    static final class Stumble extends RichMapFunction<String, String> {
        private static final long serialVersionUID = 1L;
        private static final int BALLAST_BYTES = 200_000;
        private transient ValueState<byte[]> ballast;
        private transient int seen;
        private transient boolean isFirst;

        @Override
        public void open(OpenContext context) {
            isFirst = getRuntimeContext().getTaskInfo().getAttemptNumber() == 0;
            ballast = getRuntimeContext().getState(
                    new ValueStateDescriptor<>("ballast", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        }

        @Override
        public String map(String line) throws Exception {
            seen++;
            if (seen == 1 && ballast.value() == null) {
                byte[] random = new byte[BALLAST_BYTES];
                new Random(1).nextBytes(random);
                ballast.update(random);
            }
            if (isFirst && seen == 1000) {
                throw new IllegalStateException("the thousandth record fails on purpose");
            }
            return line;
        }
    }
}
