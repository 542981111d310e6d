package jobs;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/** Writes each number once to the URI of property job.sink; a file is complete with the checkpoint that contains it. */
public final class ToS3 {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        String uri = KinesisAnalyticsRuntime.getApplicationProperties().get("job").getProperty("sink");

        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(ToS3::pause).uid("pause")
                .sinkTo(FileSink.forRowFormat(new Path(uri), new SimpleStringEncoder<String>())
                        .withRollingPolicy(OnCheckpointRollingPolicy.build()).build()).uid("sink");
        env.execute("to S3");
    }

    private static String pause(Long number) throws InterruptedException {
        Thread.sleep(5);
        return number.toString();
    }
}
