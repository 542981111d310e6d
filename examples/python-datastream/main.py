"""Counts the records of each key with state, by the DataStream API, and prints "hello key=3 count=42 at=1764000000123"."""

import json
import time

from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.functions import KeyedProcessFunction, RuntimeContext
from pyflink.datastream.state import ValueStateDescriptor
from pyflink.table import StreamTableEnvironment

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

    def process_element(self, row, context):
        counted = (self.count.value() or 0) + 1
        self.count.update(counted)
        yield f"{self.word} key={context.get_current_key()} count={counted} at={int(time.time() * 1000)}"


def main():
    env = StreamExecutionEnvironment.get_execution_environment()
    tables = StreamTableEnvironment.create(env)
    # Python gets records in bundles, and a checkpoint waits for the end of a bundle: a source should not be faster than the function.
    tables.execute_sql("""
        CREATE TABLE numbers (number INT) WITH (
            'connector' = 'datagen', 'rows-per-second' = '20', 'fields.number.min' = '0', 'fields.number.max' = '299')""")
    numbers = tables.to_data_stream(tables.from_path("numbers"))
    numbers.key_by(lambda row: row[0] % KEYS, Types.INT()).process(Count(greeting()), Types.STRING()).uid("count").print().uid("print")
    env.execute("python-counter")


main()
