package jobs;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Fills its state with a number of megabytes (the property "label", or the argument), prints that it is full, and idles. */
public final class Filling {
    private static final int CHUNK = 10240;

    public static void main(String[] arguments) throws Exception {
        boolean isService = Files.exists(Path.of("/etc/flink/application_properties.json"));
        long megabytes = Long.parseLong(isService ? Counting.label() : arguments[0]);
        long chunks = megabytes * 1048576 / CHUNK;
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE - 1).uid("numbers").map(number -> pace(number, chunks)).returns(Types.LONG)
                .keyBy(number -> number % 16).process(new Fill(chunks, "full-" + megabytes)).uid("fill").print();
        env.execute("filling");
    }

    private static Long pace(Long number, long chunks) throws InterruptedException {
        if (number > chunks) {
            Thread.sleep(20);
        }
        return number;
    }

    static final class Fill extends KeyedProcessFunction<Long, Long, String> {
        private static final long serialVersionUID = 1L;
        private final long chunks;
        private final String label;
        private transient MapState<Long, byte[]> state;

        Fill(long chunks, String label) {
            this.chunks = chunks;
            this.label = label;
        }

        @Override
        public void open(org.apache.flink.configuration.Configuration configuration) {
            state = getRuntimeContext().getMapState(new MapStateDescriptor<>("chunks", Types.LONG, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        }

        @Override
        public void processElement(Long number, Context context, Collector<String> out) throws Exception {
            if (number <= chunks) {
                byte[] chunk = new byte[CHUNK];
                new java.util.Random(number).nextBytes(chunk);
                state.put(number, chunk);
            } else {
                out.collect(label + " count=" + number + " at=" + System.currentTimeMillis());
            }
        }
    }
}
