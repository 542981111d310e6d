"""Counts records with the DataStream API, in keyed state of a function in Python."""

import time

from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.number_seq import NumberSequenceSource
from pyflink.common import WatermarkStrategy
from pyflink.datastream.functions import KeyedProcessFunction
from pyflink.datastream.state import ValueStateDescriptor

from main import label
from words.describe import describe


class Count(KeyedProcessFunction):
    def __init__(self, label):
        self.label = label

    def open(self, context):
        self.count = context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, value, context):
        count = (self.count.value() or 0) + 1
        self.count.update(count)
        time.sleep(0.01)
        yield describe(self.label, count, int(time.time() * 1000))


def main():
    environment = StreamExecutionEnvironment.get_execution_environment()
    numbers = environment.from_source(NumberSequenceSource(0, 2**62), WatermarkStrategy.no_watermarks(), "numbers", Types.LONG())
    numbers.uid("numbers").key_by(lambda number: 0, key_type=Types.LONG()).process(Count(label()), output_type=Types.STRING()).uid("count") \
        .print()
    environment.execute("counting")


if __name__ == "__main__":
    main()
