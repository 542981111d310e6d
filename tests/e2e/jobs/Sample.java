package jobs;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.io.FileInputStream;
import java.security.KeyStore;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Is written as AWS's samples are: the class that has the properties is not in the jar, and the trust store is named where Amazon
 * Corretto has it. Prints what main() and a task see, on one line each.
 */
public final class Sample {
    private static final String TRUST_STORES = "/usr/lib/jvm/java-%s-amazon-corretto/lib/security/cacerts";

    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Map<String, Properties> groups = KinesisAnalyticsRuntime.getApplicationProperties();
        String stream = groups.get("InputStream0").getProperty("stream.name");

        System.out.println("main: " + surroundings(stream));
        env.fromSequence(0, Long.MAX_VALUE - 1).uid("numbers").map(number -> pause(number)).uid("pause").filter(number -> number == 0)
                .map(number -> "task: " + surroundings(stream)).print();
        env.execute("sample");
    }

    private static long pause(long number) throws InterruptedException {
        Thread.sleep(10);
        return number;
    }

    private static String surroundings(String stream) throws Exception {
        return String.join(" ", stream, System.getenv("AWS_REGION"), System.getenv("AWS_DEFAULT_REGION"), System.getenv("AWS_ACCESS_KEY_ID"),
                certificates("11"), certificates("17"));
    }

    private static String certificates(String java) throws Exception {
        KeyStore store = KeyStore.getInstance("JKS");

        try (FileInputStream file = new FileInputStream(String.format(TRUST_STORES, java))) {
            store.load(file, "changeit".toCharArray());
        }
        return store.size() > 0 ? "trusted" : "empty";
    }
}
