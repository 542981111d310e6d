"""Counts the records of each key with state, by the DataStream API, and prints "hello key=3 count=42 at=1764000000123"."""

import json
import time

from pyflink.common import Types
from pyflink.common.watermark_strategy import WatermarkStrategy
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.number_seq import NumberSequenceSource
from pyflink.datastream.functions import KeyedProcessFunction, RuntimeContext
from pyflink.datastream.state import ValueStateDescriptor

KEYS = 4


def greeting():
    with open("/etc/flink/application_properties.json") as file:
        groups = {one["PropertyGroupId"]: one["PropertyMap"] for one in json.load(file)}
    return groups.get("Counter", {}).get("greeting", "hello")


class Count(KeyedProcessFunction):
    def __init__(self, word):
        self.word = word
        self.count = None

    def open(self, context: RuntimeContext):
        self.count = context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, number, context):
        counted = (self.count.value() or 0) + 1
        self.count.update(counted)
        time.sleep(0.02)
        yield f"{self.word} key={context.get_current_key()} count={counted} at={int(time.time() * 1000)}"


def main():
    env = StreamExecutionEnvironment.get_execution_environment()
    numbers = env.from_source(NumberSequenceSource(0, 2**62), WatermarkStrategy.no_watermarks(), "numbers", Types.LONG()).uid("numbers")
    numbers.key_by(lambda number: number % KEYS, Types.LONG()).process(Count(greeting()), Types.STRING()).uid("count").print().uid("print")
    env.execute("python-counter")


main()
