package kobel;

import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * A trivial job: it makes a cluster load what every stateful job needs (source, keyed state in RocksDB, checkpoints).
 * Uses only what the DataStream API has from 1.15 to 2.x, so that one source fits every runtime.
 */
public final class Primer {
    private Primer() {}

    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();

        env.fromSequence(0, Long.MAX_VALUE - 1)
                .uid("numbers")
                // Few records are enough. They are slowed at the source, so that no backlog delays a checkpoint barrier.
                .map(Primer::pace)
                .keyBy(number -> number % 16)
                .process(new Count())
                .uid("count")
                .filter(count -> count < 0)
                .print();
        env.execute("kobel primer");
    }

    private static Long pace(Long number) throws InterruptedException {
        Thread.sleep(5);
        return number;
    }

    private static final class Count extends KeyedProcessFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
            ValueState<Long> count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
            Long before = count.value();
            count.update(before == null ? 1L : before + 1L);
            out.collect(count.value());
        }
    }
}
