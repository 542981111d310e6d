package jobs;

import java.util.Collection;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts numbers from 0 on, and fails where the count is not that of the number: one was lost or doubled. With the label "offline" the
 * source fails where it would connect to something.
 */
public final class Exact {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        String label = Counting.label();
        env.fromSource(new Numbers(label), WatermarkStrategy.noWatermarks(), "numbers").uid("numbers").map(Counting::pace)
                .keyBy(number -> 0L).process(new Count(label)).uid("count").print();
        env.execute("exact");
    }

    static final class Numbers extends NumberSequenceSource {
        private static final long serialVersionUID = 1L;
        private final String label;

        Numbers(String label) {
            super(0, Long.MAX_VALUE - 1);
            this.label = label;
        }

        private void connect() {
            if (label.equals("offline")) {
                throw new IllegalStateException("cannot connect");
            }
        }

        @Override
        public SourceReader<Long, NumberSequenceSplit> createReader(SourceReaderContext context) {
            connect();
            return super.createReader(context);
        }

        @Override
        public SplitEnumerator<NumberSequenceSplit, Collection<NumberSequenceSplit>> restoreEnumerator(
                SplitEnumeratorContext<NumberSequenceSplit> context, Collection<NumberSequenceSplit> state) {
            connect();
            return super.restoreEnumerator(context, state);
        }
    }

    static final class Count extends KeyedProcessFunction<Long, Long, String> {
        private static final long serialVersionUID = 1L;
        private final String label;

        Count(String label) {
            this.label = label;
        }

        @Override
        public void processElement(Long number, Context context, Collector<String> out) throws Exception {
            ValueState<Long> count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
            long next = count.value() == null ? 1L : count.value() + 1L;
            if (next != number + 1) {
                throw new IllegalStateException("number " + number + " is counted as " + next);
            }
            count.update(next);
            out.collect(label + " count=" + next + " at=" + System.currentTimeMillis());
        }
    }
}
