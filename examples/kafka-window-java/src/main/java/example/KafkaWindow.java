package example;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingProcessingTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Counts the words of a topic in windows of one second, and writes "word,count" in transactions to another one. */
public final class KafkaWindow {
    private KafkaWindow() {}

    public static void main(String[] arguments) throws Exception {
        Properties properties = KinesisAnalyticsRuntime.getApplicationProperties().get("Kafka");
        String servers = properties.getProperty("bootstrap.servers");

        KafkaSource<String> words = KafkaSource.<String>builder()
                .setBootstrapServers(servers)
                .setTopics(properties.getProperty("source.topic"))
                .setGroupId("kafka-window")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setValueOnlyDeserializer(new SimpleStringSchema())
                .build();
        KafkaSink<String> counts = KafkaSink.<String>builder()
                .setBootstrapServers(servers)
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("kafka-window")
                .setProperty("transaction.timeout.ms", "600000")
                .setRecordSerializer(KafkaRecordSerializationSchema.<String>builder()
                        .setTopic(properties.getProperty("sink.topic"))
                        .setValueSerializationSchema(new SimpleStringSchema())
                        .build())
                .build();

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSource(words, WatermarkStrategy.noWatermarks(), "words").uid("words")
                .keyBy(word -> word)
                .window(TumblingProcessingTimeWindows.of(Duration.ofSeconds(1)))
                .aggregate(new Count(), new Print()).uid("count")
                .sinkTo(counts).uid("counts");
        env.execute("kafka-window");
    }

    private static final class Count implements AggregateFunction<String, Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(String word, Long count) {
            return count + 1;
        }

        @Override
        public Long getResult(Long count) {
            return count;
        }

        @Override
        public Long merge(Long left, Long right) {
            return left + right;
        }
    }

    private static final class Print extends ProcessWindowFunction<Long, String, String, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(String word, Context context, Iterable<Long> counts, Collector<String> out) {
            out.collect(word + "," + counts.iterator().next());
        }
    }
}
