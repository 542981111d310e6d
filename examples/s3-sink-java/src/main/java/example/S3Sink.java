package example;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/** Writes numbers to objects in S3, each number once: an object is complete when the checkpoint is. */
public final class S3Sink {
    private S3Sink() {}

    public static void main(String[] arguments) throws Exception {
        Properties properties = KinesisAnalyticsRuntime.getApplicationProperties().get("S3");
        double rate = Double.parseDouble(properties.getProperty("records.per.second", "100"));

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        DataGeneratorSource<String> numbers = new DataGeneratorSource<>(
                number -> "number " + number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(rate), Types.STRING);
        FileSink<String> sink = FileSink
                .forRowFormat(new Path(properties.getProperty("path")), new SimpleStringEncoder<String>("UTF-8"))
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .build();
        env.fromSource(numbers, WatermarkStrategy.noWatermarks(), "numbers").uid("numbers")
                .sinkTo(sink).uid("objects");
        env.execute("s3-sink");
    }
}
