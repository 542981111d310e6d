package jobs;

import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Processes as many records as it can, through a shuffle and state. Each subtask prints their number once a second. */
public final class Rushing {
    private static final long REPORT_EVERY_MS = 1000;

    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").keyBy(number -> number % 1024).process(new Take()).uid("take").print();
        env.execute("rushing");
    }

    static final class Take extends KeyedProcessFunction<Long, Long, String> {
        private static final long serialVersionUID = 1L;
        private transient long taken;
        private transient long reportedMs;

        @Override
        public void processElement(Long number, Context context, Collector<String> out) throws Exception {
            ValueState<Long> last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.LONG));
            last.update(last.value() == null ? number : last.value() + number);
            taken++;
            if ((taken & 255) != 0) return;
            long nowMs = System.currentTimeMillis();
            if (nowMs - reportedMs < REPORT_EVERY_MS) return;
            reportedMs = nowMs;
            out.collect("taken count=" + taken + " at=" + nowMs);
        }
    }
}
