"""Counts records with the Table API, and describes each count with a function in Python."""

import json
import time

from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf

from words.describe import describe


def label():
    with open("/etc/flink/application_properties.json") as file:
        groups = {group["PropertyGroupId"]: group["PropertyMap"] for group in json.load(file)}
    return groups["job"]["label"]


@udf(result_type=DataTypes.STRING())
def line(label, count):
    if label == "divides":
        return str(count // 0)
    return describe(label, count, int(time.time() * 1000))


def main():
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    tables.create_temporary_function("line", line)
    tables.execute_sql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50')")
    tables.execute_sql("CREATE TABLE lines (line STRING) WITH ('connector' = 'print')")
    if label() == "misspelt":
        tables.execute_sql("INSERT INTO lines SELECT n FROM no_numbers")
    tables.execute_sql(f"INSERT INTO lines SELECT line('{label()}', amount) FROM (SELECT COUNT(*) AS amount FROM numbers)")


if __name__ == "__main__":
    main()
