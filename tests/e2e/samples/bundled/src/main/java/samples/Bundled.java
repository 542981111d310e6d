package samples;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.util.Properties;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * Bundles the class that has the properties, and a client of MSK that signs by IAM. Prints what main() and a task see, on one line each:
 * the property, where the class is from, the Region and the access key of the SDK, and that the client could be made.
 */
public class Bundled {
    private static final Logger LOGGER = LoggerFactory.getLogger(Bundled.class);

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Properties kafka = KinesisAnalyticsRuntime.getApplicationProperties().get("Input0");

        System.out.println("main: " + surroundings(kafka));
        env.fromSequence(0, Long.MAX_VALUE - 1).map(number -> pause(number)).filter(number -> number == 0)
                .map(number -> "task: " + surroundings(kafka)).print();
        env.execute("bundled");
    }

    private static long pause(long number) throws InterruptedException {
        Thread.sleep(10);
        return number;
    }

    private static String surroundings(Properties kafka) {
        LOGGER.info("Properties of Kafka: {}", kafka);
        boolean isOwn = KinesisAnalyticsRuntime.class.getClassLoader() == Bundled.class.getClassLoader();
        return String.join(" ", kafka.getProperty("topic"), isOwn ? "own" : "other", new DefaultAwsRegionProviderChain().getRegion().id(),
                DefaultCredentialsProvider.create().resolveCredentials().accessKeyId(), client(kafka, "11"), client(kafka, "17"));
    }

    /** A consumer reads its trust store and its signer when it is made, and connects to no broker before it polls. */
    private static String client(Properties kafka, String java) {
        Properties properties = new Properties();

        properties.putAll(kafka);
        properties.setProperty("security.protocol", "SASL_SSL");
        properties.setProperty("sasl.mechanism", "AWS_MSK_IAM");
        properties.setProperty("sasl.jaas.config", "software.amazon.msk.auth.iam.IAMLoginModule required;");
        properties.setProperty("sasl.client.callback.handler.class", "software.amazon.msk.auth.iam.IAMClientCallbackHandler");
        properties.setProperty("ssl.truststore.location", "/usr/lib/jvm/java-" + java + "-amazon-corretto/lib/security/cacerts");
        properties.setProperty("ssl.truststore.password", "changeit");
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            return consumer.assignment().isEmpty() ? "made" : "assigned";
        }
    }
}
