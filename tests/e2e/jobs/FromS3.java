package jobs;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Counts the lines of the files below the URI of property job.source; where job.bounded is true, of those that are there now. */
public final class FromS3 {
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Properties job = KinesisAnalyticsRuntime.getApplicationProperties().get("job");
        FileSource.FileSourceBuilder<String> files =
                FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(job.getProperty("source")));
        if (!Boolean.parseBoolean(job.getProperty("bounded"))) {
            files.monitorContinuously(Duration.ofMillis(500));
        }
        env.fromSource(files.build(), WatermarkStrategy.noWatermarks(), "files").uid("files").map(Long::valueOf)
                .keyBy(number -> 0L).process(new Counting.Count("lines")).uid("count").print();
        env.execute("from S3");
    }
}
