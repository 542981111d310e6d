package jobs;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/** An SQL program that counts by group; with the label "batch", a bounded one. */
public final class Sql {
    public static void main(String[] arguments) throws Exception {
        boolean isBatch = Counting.label().equals("batch");
        EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
        TableEnvironment tables = TableEnvironment.create((isBatch ? settings.inBatchMode() : settings.inStreamingMode()).build());
        String bound = isBatch ? ", 'number-of-rows'='100'" : "";
        tables.getConfig().set("table.exec.state.ttl", "1 h");
        tables.executeSql("CREATE TABLE numbers (n INT) WITH ('connector'='datagen', 'rows-per-second'='50'" + bound + ")");
        tables.executeSql("CREATE TABLE counts (n INT, c BIGINT) WITH ('connector'='blackhole')");
        tables.executeSql("INSERT INTO counts SELECT n, COUNT(*) FROM numbers GROUP BY n");
    }
}
