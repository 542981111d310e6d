package jobs;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Sets the options that its label lists, "key=value" with '|' between, and counts. */
public final class Sets {
    public static void main(String[] arguments) throws Exception {
        Configuration settings = new Configuration();
        for (String setting : Counting.label().split("\\|")) {
            int at = setting.indexOf('=');
            settings.setString(setting.substring(0, at), setting.substring(at + 1));
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(settings);
        env.fromSequence(1, Long.MAX_VALUE - 1).map(Counting::pace).print();
        env.execute("sets");
    }
}
