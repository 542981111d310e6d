package example

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime
import org.apache.flink.api.common.eventtime.WatermarkStrategy
import org.apache.flink.api.common.state.{ValueState, ValueStateDescriptor}
import org.apache.flink.api.common.typeinfo.Types
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy
import org.apache.flink.api.java.functions.KeySelector
import org.apache.flink.configuration.Configuration
import org.apache.flink.connector.datagen.source.{DataGeneratorSource, GeneratorFunction}
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment
import org.apache.flink.streaming.api.functions.KeyedProcessFunction
import org.apache.flink.util.Collector

import scala.jdk.CollectionConverters._

/** Counts the records of each key, with state, in Scala 2.13 and by Flink's Java API: "hello key=3 count=42 at=1764000000123". */
object ScalaCounter {
  private val Keys = 4L

  def main(arguments: Array[String]): Unit = {
    val groups = KinesisAnalyticsRuntime.getApplicationProperties.asScala
    val greeting = groups.get("Counter").map(_.getProperty("greeting", "hello")).getOrElse("hello")

    val env = StreamExecutionEnvironment.getExecutionEnvironment
    val numbers = new DataGeneratorSource[java.lang.Long](new Numbers, Long.MaxValue, RateLimiterStrategy.perSecond(50), Types.LONG)
    env.fromSource(numbers, WatermarkStrategy.noWatermarks[java.lang.Long](), "numbers").uid("numbers")
      .keyBy(new ByKey)
      .process(new Count(greeting)).uid("count")
      .print().uid("print")
    env.execute("scala-counter")
  }

  // Classes and not lambdas: Flink sends them to its TaskManagers.
  final class Numbers extends GeneratorFunction[java.lang.Long, java.lang.Long] {
    override def map(number: java.lang.Long): java.lang.Long = number
  }

  final class ByKey extends KeySelector[java.lang.Long, java.lang.Long] {
    override def getKey(number: java.lang.Long): java.lang.Long = number % Keys
  }

  final class Count(greeting: String) extends KeyedProcessFunction[java.lang.Long, java.lang.Long, String] {
    @transient private var count: ValueState[java.lang.Long] = _

    override def open(configuration: Configuration): Unit =
      count = getRuntimeContext.getState(new ValueStateDescriptor[java.lang.Long]("count", Types.LONG))

    override def processElement(number: java.lang.Long,
                                context: KeyedProcessFunction[java.lang.Long, java.lang.Long, String]#Context,
                                out: Collector[String]): Unit = {
      val next = Option(count.value()).map(_.longValue).getOrElse(0L) + 1L
      count.update(next)
      out.collect(List(greeting, s"key=${context.getCurrentKey}", s"count=$next", s"at=${System.currentTimeMillis}").mkString(" "))
    }
  }
}
