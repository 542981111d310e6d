"""The same with the DataStream API. The program itself names the files, as samples do where they run outside of the service."""

import os
import sys
import time

from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

HERE = os.path.dirname(os.path.realpath(__file__))
PROPERTIES = "/etc/flink/application_properties.json"
if os.environ.get("IS_LOCAL"):
    PROPERTIES = "application_properties.json"
sys.path.append(os.path.join(HERE, "src"))

from said import properties  # noqa: E402


def line(row):
    from said import said

    return f"{said(row[0])} count={row[1]} at={int(time.time() * 1000)}"


def main():
    environment = StreamExecutionEnvironment.get_execution_environment()
    environment.add_python_file(os.path.join(HERE, "src"))
    environment.add_python_file(os.path.join(HERE, "packed.zip"))
    environment.add_python_file(os.path.join(HERE, "single.py"))
    environment.add_python_archive(os.path.join(HERE, "words.zip"), "data")
    environment.set_python_requirements(os.path.join(HERE, "needed.txt"), os.path.join(HERE, "wheels"))
    tables = StreamTableEnvironment.create(environment)
    tables.get_config().get_configuration().set_string("pipeline.jars", f"file://{HERE}/lib/functions.jar")
    tables.create_java_temporary_system_function("shout", "jobs.Shout")
    tables.execute_sql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', "
                       "'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000')")
    words = tables.sql_query(f"SELECT shout('{properties('job', PROPERTIES)['label']}'), n FROM numbers")
    tables.to_data_stream(words).map(line, output_type=Types.STRING()).print()
    environment.execute("by program")


if __name__ == "__main__":
    main()
