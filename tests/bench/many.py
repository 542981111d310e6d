#!/usr/bin/env python3
"""Measures the start of the daemon with many READY applications: the time until it answers, and the longest answer in the first 10 s.

    tests/bench/many.py [--applications 30000] [--rounds 3] [BINARY...]

Each round measures each binary, by default the release build. Compare the figures of two binaries. Needs no Flink.
"""

import argparse
import os
import pathlib
import sqlite3
import tempfile
import time
import urllib.request

import common
import kobel as e2e

# By then all applications that are due at the start are reconciled.
WATCH_S = 10


def columns(database, table):
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    return dict(zip(names, database.execute(f"SELECT * FROM {table}").fetchone()))


def insert(database, table, row):
    database.execute(f"INSERT INTO {table} ({','.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))


def fill(directory, count):
    """Copies an application in the database: the API would take longer than the benchmark."""
    kobel = e2e.Kobel(directory)
    e2e.Application(kobel, "first").client.create_application(
        ApplicationName="first", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=e2e.ROLE)
    kobel.stop()
    database = sqlite3.connect(directory / "kobel.db")
    app, version = columns(database, "app"), columns(database, "app_version")
    for number in range(count - 1):
        name = {"id": f"ff{number:014x}", "name": f"a{number}", "account": f"{number // 50:012d}"}
        insert(database, "app", {**app, **name})
        insert(database, "app_version", {**version, "app_id": name["id"]})
    database.commit()
    database.close()


def measure(binary, directory):
    e2e.BINARY = binary
    began = time.monotonic()
    kobel = e2e.Kobel(directory)
    up_s, longest_s = time.monotonic() - began, 0.0
    while time.monotonic() < began + WATCH_S:
        asked = time.monotonic()
        urllib.request.urlopen(f"{kobel.url}/healthz", timeout=60).close()
        longest_s = max(longest_s, time.monotonic() - asked)
        time.sleep(0.005)
    spent_s = common.processor_ticks(kobel.process.pid) / os.sysconf("SC_CLK_TCK")
    print(f"{binary}: answers after {up_s * 1000:.0f} ms, the longest answer {longest_s * 1000:.0f} ms, processor {spent_s:.2f} s", flush=True)
    kobel.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--applications", type=int, default=30000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("binaries", nargs="*", default=[e2e.BINARY])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kobel-many-") as work:
        directory = pathlib.Path(work) / "data"
        fill(directory, options.applications)
        for _ in range(options.rounds):
            for binary in options.binaries:
                measure(binary, directory)


if __name__ == "__main__":
    main()
