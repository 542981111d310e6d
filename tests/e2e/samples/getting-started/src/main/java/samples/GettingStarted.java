package samples;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The properties are those of the service there, and those of a resource on the computer of the developer. */
public class GettingStarted {
    private static final Logger LOGGER = LoggerFactory.getLogger(GettingStarted.class);
    private static final String LOCAL_APPLICATION_PROPERTIES_RESOURCE = "flink-application-properties-dev.json";

    private static boolean isLocal(StreamExecutionEnvironment env) {
        return env instanceof LocalStreamEnvironment;
    }

    private static Map<String, Properties> loadApplicationProperties(StreamExecutionEnvironment env) throws IOException {
        if (isLocal(env)) {
            LOGGER.info("Loading application properties from '{}'", LOCAL_APPLICATION_PROPERTIES_RESOURCE);
            return KinesisAnalyticsRuntime.getApplicationProperties(
                    GettingStarted.class.getClassLoader().getResource(LOCAL_APPLICATION_PROPERTIES_RESOURCE).getPath());
        }
        LOGGER.info("Loading application properties from Amazon Managed Service for Apache Flink");
        return KinesisAnalyticsRuntime.getApplicationProperties();
    }

    public static void main(String[] args) throws Exception {
        final StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        final Map<String, Properties> applicationProperties = loadApplicationProperties(env);
        LOGGER.info("Application properties: {}", applicationProperties);
        final String stream = applicationProperties.get("OutputStream0").getProperty("stream.name");

        if (isLocal(env)) {
            env.enableCheckpointing(60000);
        }
        // On the computer of the developer it ends.
        DataGeneratorSource<String> source = new DataGeneratorSource<>((GeneratorFunction<Long, String>) number -> stream + " count=" + (number + 1)
                + " at=" + System.currentTimeMillis(), isLocal(env) ? 3 : Long.MAX_VALUE, RateLimiterStrategy.perSecond(50), Types.STRING);
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "Source").uid("source").print().uid("sink");
        env.execute("Getting started");
    }
}
