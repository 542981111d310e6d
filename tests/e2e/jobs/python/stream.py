"""Counts records with the DataStream API, in keyed state of a function in Python."""

import time

from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.functions import KeyedProcessFunction
from pyflink.datastream.state import ValueStateDescriptor
from pyflink.table import StreamTableEnvironment

from main import label
from words.describe import describe


class Count(KeyedProcessFunction):
    def __init__(self, label):
        self.label = label

    def open(self, context):
        self.count = context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, value, context):
        if self.label == "divides":
            value = 1 // 0
        count = (self.count.value() or 0) + 1
        self.count.update(count)
        yield describe(self.label, count, int(time.time() * 1000))


def main():
    environment = StreamExecutionEnvironment.get_execution_environment()
    tables = StreamTableEnvironment.create(environment)
    # Slow: a checkpoint waits until the records that a worker has got are processed.
    tables.execute_sql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50')")
    numbers = tables.to_data_stream(tables.from_path("numbers"))
    numbers.key_by(lambda row: 0, key_type=Types.LONG()).process(Count(label()), output_type=Types.STRING()).uid("count").print()
    environment.execute("counting")


if __name__ == "__main__":
    main()
