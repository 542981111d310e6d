package jobs;

import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.source.SourceFunction;

/** Counts as Exact does, with a SourceFunction, which is in another package from Flink 2 on. */
public final class LegacyExact {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        String label = Counting.label();
        env.addSource(new Numbers(label)).returns(Types.LONG).uid("numbers")
                .keyBy(number -> 0L).process(new Exact.Count(label)).uid("count").print();
        env.execute("legacy exact");
    }

    static final class Numbers implements SourceFunction<Long>, CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private final String label;
        private transient ListState<Long> state;
        private volatile boolean runs = true;
        private long next;

        Numbers(String label) {
            this.label = label;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("next", Types.LONG));
            for (long restored : state.get()) {
                next = restored;
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            state.update(List.of(next));
        }

        @Override
        public void run(SourceContext<Long> context) throws Exception {
            if (label.equals("offline")) {
                throw new IllegalStateException("cannot connect");
            }
            while (runs) {
                synchronized (context.getCheckpointLock()) {
                    context.collect(next++);
                }
                Thread.sleep(10);
            }
        }

        @Override
        public void cancel() {
            runs = false;
        }
    }
}
