package samples;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

import static org.apache.flink.table.api.Expressions.$;

/** A stream as a table, and from there into a bucket, twice: as JSON, which the service has, and as Avro, which the jar has. */
public class TableSample {
    public static class StockPrice {
        public int number;
        public String ticker;
        public double price;
    }

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        StreamTableEnvironment tableEnv = StreamTableEnvironment.create(env, EnvironmentSettings.newInstance().inStreamingMode().build());
        Properties bucket = KinesisAnalyticsRuntime.getApplicationProperties().get("bucket");
        String path = "s3a://" + bucket.getProperty("name") + "/";

        DataGeneratorSource<StockPrice> source = new DataGeneratorSource<>((GeneratorFunction<Long, StockPrice>) TableSample::price,
                Long.MAX_VALUE, RateLimiterStrategy.perSecond(200), TypeInformation.of(StockPrice.class));
        DataStream<StockPrice> prices = env.fromSource(source, WatermarkStrategy.noWatermarks(), "Source").uid("source");
        Table cheap = tableEnv.fromDataStream(prices).select($("number"), $("ticker"), $("price")).where($("price").isLess(50));

        for (String format : new String[] {"json", "avro"}) {
            tableEnv.executeSql("CREATE TABLE s3_" + format + " (`number` INT, ticker STRING, price DOUBLE) PARTITIONED BY (ticker) WITH ("
                    + "'connector' = 'filesystem', 'path' = '" + path + format + "/', 'format' = '" + format + "',"
                    + "'sink.rolling-policy.rollover-interval' = '1 s', 'sink.rolling-policy.check-interval' = '1 s')");
        }
        // Two files of services of the same name are one in the jar: the connector is found, too.
        tableEnv.executeSql("CREATE TABLE topic (ticker STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json',"
                + " 'properties.bootstrap.servers' = 'localhost:9', 'scan.startup.mode' = 'earliest-offset')");
        tableEnv.sqlQuery("SELECT * FROM topic").explain();

        tableEnv.createStatementSet().add(cheap.insertInto("s3_json")).add(cheap.insertInto("s3_avro")).execute();
    }

    private static StockPrice price(Long number) {
        StockPrice price = new StockPrice();
        price.number = number.intValue();
        price.ticker = number % 2 == 0 ? "AMZN" : "TBV";
        price.price = number % 100;
        return price;
    }
}
