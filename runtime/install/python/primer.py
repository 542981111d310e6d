"""A trivial job in Python: it makes a cluster load what jobs in Python need: the client, the planner, a worker, keyed state."""

from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.functions import KeyedProcessFunction, RuntimeContext
from pyflink.datastream.state import ValueStateDescriptor
from pyflink.table import DataTypes, StreamTableEnvironment
from pyflink.table.udf import udf


@udf(result_type=DataTypes.BIGINT())
def add_one(number):
    return number + 1


class Count(KeyedProcessFunction):
    def open(self, context: RuntimeContext):
        self.count = context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, value, context):
        count = (self.count.value() or 0) + 1
        self.count.update(count)
        if count < 0:
            yield value


def main():
    environment = StreamExecutionEnvironment.get_execution_environment()
    tables = StreamTableEnvironment.create(environment)
    tables.create_temporary_function("add_one", add_one)
    tables.execute_sql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50')")
    numbers = tables.to_data_stream(tables.sql_query("SELECT add_one(n) FROM numbers"))
    numbers.key_by(lambda row: row[0] % 16, key_type=Types.LONG()).process(Count(), output_type=Types.LONG()).print()
    environment.execute("kobel primer")


if __name__ == "__main__":
    main()
