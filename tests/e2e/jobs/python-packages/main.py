"""Prints the versions of the packages that its properties name, as main.py and as a function of it see them."""

import importlib.metadata
import json
import time

from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf


def versions():
    with open("/etc/flink/application_properties.json", encoding="utf-8") as file:
        groups = {one["PropertyGroupId"]: one["PropertyMap"] for one in json.load(file)}
    words = []
    for name in groups["job"]["label"].split():
        module = importlib.import_module(name)
        words.append(f"{name}={importlib.metadata.version(name)}={getattr(module, '__version__', None) or module.WORD}")
    return ",".join(words)


@udf(result_type=DataTypes.STRING())
def line(client, count):
    return f" {client}|{versions()} count={count} at={int(time.time() * 1000)}"


def main():
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    tables.create_temporary_function("line", line)
    tables.execute_sql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50')")
    tables.execute_sql("CREATE TABLE lines (line STRING) WITH ('connector' = 'print')")
    tables.execute_sql(f"INSERT INTO lines SELECT line('{versions()}', amount) FROM (SELECT COUNT(*) AS amount FROM numbers)")


if __name__ == "__main__":
    main()
