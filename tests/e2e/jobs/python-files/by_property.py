"""Prints what each kind of file of an application says, by the Table API and a function in Java. Properties name the files, but for a
package of the program."""

import pathlib
import time

from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf

from said import from_directory, properties, said


@udf(result_type=DataTypes.STRING())
def line(word, count):
    import beside

    return f" {said(word)}-{beside.WORD} count={count} at={int(time.time() * 1000)}"


def main():
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    program = pathlib.Path(__file__).resolve().parent.parent
    tables.set_python_requirements(f"file:///{program}/needed.txt", f"{program}/wheels")
    tables.create_temporary_function("line", line)
    tables.create_java_temporary_system_function("shout", "jobs.Shout")
    tables.execute_sql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50')")
    tables.execute_sql("CREATE TABLE lines (line STRING) WITH ('connector' = 'print')")
    word = f"{properties('job')['label']}-{from_directory()}"
    tables.execute_sql(f"INSERT INTO lines SELECT line(shout('{word}'), amount) FROM (SELECT COUNT(*) AS amount FROM numbers)")


if __name__ == "__main__":
    main()
