package example;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.util.Properties;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * Reads changes of a table "orders" (inserts, updates and deletes, as Debezium writes them) and keeps the total of each customer up to
 * date in another topic, by its key.
 */
public final class Upsert {
    private Upsert() {}

    public static void main(String[] arguments) throws Exception {
        Properties properties = KinesisAnalyticsRuntime.getApplicationProperties().get("Kafka");
        StreamTableEnvironment tables = StreamTableEnvironment.create(StreamExecutionEnvironment.getExecutionEnvironment());

        tables.executeSql("CREATE TABLE orders (id BIGINT, customer STRING, amount BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ("
                + "'connector' = 'kafka', 'format' = 'debezium-json', 'scan.startup.mode' = 'earliest-offset', "
                + "'properties.group.id' = 'upsert', 'topic' = '" + properties.getProperty("source.topic") + "', "
                + "'properties.bootstrap.servers' = '" + properties.getProperty("bootstrap.servers") + "')");
        tables.executeSql("CREATE TABLE totals (customer STRING, total BIGINT, PRIMARY KEY (customer) NOT ENFORCED) WITH ("
                + "'connector' = 'upsert-kafka', 'key.format' = 'json', 'value.format' = 'json', "
                + "'topic' = '" + properties.getProperty("sink.topic") + "', "
                + "'properties.bootstrap.servers' = '" + properties.getProperty("bootstrap.servers") + "')");
        tables.executeSql("INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer");
    }
}
