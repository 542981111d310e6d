"""Counts words with SQL and a function in Python, and prints the counts: "hello red=42"."""

import json
import os

from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf

PROPERTIES = os.environ.get("APPLICATION_PROPERTIES", "/etc/flink/application_properties.json")


def properties(group):
    """The properties of a group, as the service passes them."""
    with open(PROPERTIES) as file:
        groups = {one["PropertyGroupId"]: one["PropertyMap"] for one in json.load(file)}
    return groups.get(group, {})


@udf(result_type=DataTypes.STRING())
def colour(number):
    return ("red", "green", "blue")[number % 3]


def main():
    greeting = properties("Words").get("greeting", "hello")
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    tables.create_temporary_function("colour", colour)
    tables.execute_sql("""
        CREATE TABLE numbers (number INT) WITH (
            'connector' = 'datagen', 'rows-per-second' = '20', 'fields.number.min' = '0', 'fields.number.max' = '299')""")
    tables.execute_sql("CREATE TABLE counts (line STRING, counted BIGINT) WITH ('connector' = 'print')")
    tables.execute_sql(f"""
        INSERT INTO counts
        SELECT CONCAT('{greeting} ', word), COUNT(*) FROM (SELECT colour(number) AS word FROM numbers) GROUP BY word""")


main()
