package example;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kinesis.sink.KinesisStreamsSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.util.Collector;

/** Counts the records of each key of a Kinesis stream, and writes "key,count" to another stream. */
public final class KinesisCount {
    private KinesisCount() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, Properties> groups = KinesisAnalyticsRuntime.getApplicationProperties();
        Properties input = groups.get("InputStream");
        Properties output = groups.get("OutputStream");

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        KinesisStreamsSink<String> sink = KinesisStreamsSink.<String>builder()
                .setKinesisClientProperties(output)
                .setSerializationSchema(new SimpleStringSchema())
                .setPartitionKeyGenerator(line -> line.split(",")[0])
                .setStreamName(output.getProperty("stream.name"))
                .build();
        env.addSource(new FlinkKinesisConsumer<>(input.getProperty("stream.name"), new SimpleStringSchema(), input))
                .uid("input")
                .keyBy(key -> key)
                .process(new Count()).uid("count")
                .sinkTo(sink).uid("output");
        env.execute("kinesis");
    }

    private static final class Count extends KeyedProcessFunction<String, String, String> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Long> count;

        @Override
        public void open(Configuration parameters) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(String key, Context context, Collector<String> out) throws Exception {
            long next = count.value() == null ? 1L : count.value() + 1L;
            count.update(next);
            out.collect(key + "," + next);
        }
    }
}
