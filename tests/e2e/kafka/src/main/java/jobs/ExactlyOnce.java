package jobs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts the records of each key and writes "key:count" in transactions. A reader of committed records finds each count of each key once,
 * whatever happens to the job. With "costMs" each record takes that long.
 */
public final class ExactlyOnce {
    public static void main(String[] arguments) throws Exception {
        String properties = Files.readString(Path.of("/etc/flink/application_properties.json"));
        if (!property(properties, "broken", "").isEmpty()) {
            throw new IllegalArgumentException("broken on purpose");
        }
        String servers = property(properties, "servers", "");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        KafkaSource<String> source = KafkaSource.<String>builder()
                .setBootstrapServers(servers).setTopics("in").setGroupId("exactly-once")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setValueOnlyDeserializer(new SimpleStringSchema()).build();
        KafkaSink<String> sink = KafkaSink.<String>builder()
                .setBootstrapServers(servers).setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("exactly-once").setProperty("transaction.timeout.ms", "600000")
                .setRecordSerializer(KafkaRecordSerializationSchema.<String>builder()
                        .setTopic("out").setValueSerializationSchema(new SimpleStringSchema()).build())
                .build();
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "in").uid("in")
                .keyBy(key -> key).process(new Count(Long.parseLong(property(properties, "costMs", "0")))).uid("count")
                .sinkTo(sink).uid("out");
        env.execute("exactly once");
    }

    private static String property(String properties, String name, String fallback) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(properties);
        return found.find() ? found.group(1) : fallback;
    }

    static final class Count extends KeyedProcessFunction<String, String, String> {
        private static final long serialVersionUID = 1L;
        private final long costMs;
        private transient ValueState<Long> count;

        Count(long costMs) {
            this.costMs = costMs;
        }

        @Override
        public void open(Configuration configuration) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(String key, Context context, Collector<String> out) throws Exception {
            if (costMs > 0) {
                Thread.sleep(costMs);
            }
            long counted = (count.value() == null ? 0 : count.value()) + 1;
            count.update(counted);
            out.collect(key + ":" + counted);
        }
    }
}
