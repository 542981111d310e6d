package jobs

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime
import org.apache.flink.api.common.functions.MapFunction
import org.apache.flink.api.common.state.{ValueState, ValueStateDescriptor}
import org.apache.flink.api.common.typeinfo.Types
import org.apache.flink.api.java.functions.KeySelector
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment
import org.apache.flink.streaming.api.functions.KeyedProcessFunction
import org.apache.flink.util.Collector

import java.lang.Long as JavaLong
import scala.jdk.CollectionConverters.*

/** Counts the records of each key, with what only Scala 3 has: "hello key=EVEN count=42 at=1764000000123". */
enum Kind:
  case EVEN, ODD

extension (number: JavaLong) def kind: Kind = Kind.fromOrdinal((number.longValue % 2).toInt)

class Pace extends MapFunction[JavaLong, JavaLong]:
  override def map(number: JavaLong): JavaLong =
    Thread.sleep(10)
    number

class ByKind extends KeySelector[JavaLong, String]:
  override def getKey(number: JavaLong): String = number.kind.toString

class Count(greeting: String) extends KeyedProcessFunction[String, JavaLong, String]:
  // A lazy value of Scala 3 is initialised by its library, in the TaskManager.
  @transient private lazy val count: ValueState[JavaLong] =
    getRuntimeContext.getState(ValueStateDescriptor[JavaLong]("count", Types.LONG))

  override def processElement(number: JavaLong, context: KeyedProcessFunction[String, JavaLong, String]#Context,
                              out: Collector[String]): Unit =
    val next = Option(count.value).fold(1L)(_ + 1L)
    count.update(next)
    out.collect(List(greeting, s"key=${context.getCurrentKey}", s"count=$next", s"at=${System.currentTimeMillis}").mkString(" "))

@main def scala3(): Unit =
  val greeting = KinesisAnalyticsRuntime.getApplicationProperties.asScala("Counter").getProperty("greeting")
  val env = StreamExecutionEnvironment.getExecutionEnvironment
  env.fromSequence(0, Long.MaxValue - 1).uid("numbers").map(Pace()).uid("pace").returns(Types.LONG)
    .keyBy(ByKind()).process(Count(greeting)).uid("count").print().uid("print")
  env.execute("scala3")
