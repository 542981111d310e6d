package example;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts the records of each key, with state, and prints a line for each record:
 *
 * <pre>hello key=3 count=42 at=1764000000123</pre>
 *
 * The greeting and the rate are properties of the group "Counter", so that an update can be seen; the counts are state, so that it can
 * be seen that they continue over an update, a stop and a start.
 */
public final class Counter {
    private static final int KEYS = 4;

    private Counter() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, Properties> groups = KinesisAnalyticsRuntime.getApplicationProperties();
        Properties properties = groups.getOrDefault("Counter", new Properties());
        double rate = Double.parseDouble(properties.getProperty("records.per.second", "20"));
        String greeting = properties.getProperty("greeting", "hello");

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        DataGeneratorSource<Long> numbers = new DataGeneratorSource<>(
                number -> number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(rate), Types.LONG);

        env.fromSource(numbers, WatermarkStrategy.noWatermarks(), "numbers")
                .uid("numbers")
                .keyBy(number -> number % KEYS)
                .process(new Count(greeting))
                .uid("count")
                .name("count")
                .print()
                .uid("print")
                .name("print");
        env.execute("counter");
    }

    private static final class Count extends KeyedProcessFunction<Long, Long, String> {
        private static final long serialVersionUID = 1L;
        private final String greeting;
        private transient ValueState<Long> count;

        Count(String greeting) {
            this.greeting = greeting;
        }

        @Override
        public void open(Configuration parameters) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(Long number, Context context, Collector<String> out) throws Exception {
            long next = count.value() == null ? 1L : count.value() + 1L;
            count.update(next);
            out.collect(greeting + " key=" + context.getCurrentKey() + " count=" + next
                    + " at=" + System.currentTimeMillis());
        }
    }
}
