package jobs;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.util.Properties;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** Adds each number once to an Iceberg table of a Hadoop catalog, with the label; with job.reads, prints what is in the table instead. */
public final class Iceberg {
    public static void main(String[] arguments) throws Exception {
        Properties job = KinesisAnalyticsRuntime.getApplicationProperties().get("job");
        StreamTableEnvironment tables = StreamTableEnvironment.create(StreamExecutionEnvironment.getExecutionEnvironment());

        tables.executeSql("CREATE CATALOG lake WITH ('type' = 'iceberg', 'catalog-type' = 'hadoop', 'warehouse' = '"
                + job.getProperty("warehouse") + "')");
        tables.executeSql("CREATE DATABASE IF NOT EXISTS lake.db");
        tables.executeSql("CREATE TABLE IF NOT EXISTS lake.db.numbers (id BIGINT, label STRING) PARTITIONED BY (label)");
        if (job.containsKey("reads")) {
            tables.executeSql("CREATE TEMPORARY TABLE totals (word STRING, n BIGINT, ids BIGINT, low BIGINT, high BIGINT, labels BIGINT)"
                    + " WITH ('connector' = 'print')");
            tables.executeSql("INSERT INTO totals SELECT 'table', COUNT(*), COUNT(DISTINCT id), MIN(id), MAX(id), COUNT(DISTINCT label)"
                    + " FROM lake.db.numbers");
            return;
        }
        tables.executeSql("CREATE TEMPORARY TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100',"
                + " 'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '1000000')");
        tables.executeSql("INSERT INTO lake.db.numbers SELECT id, '" + job.getProperty("label") + "' FROM numbers");
    }
}
