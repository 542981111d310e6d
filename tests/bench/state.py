#!/usr/bin/env python3
"""Measures recoveries, a roll back, and snapshots of 1 MB and 100 MB, with savepoints of plain Flink for comparison.

    tests/bench/state.py [rounds]

Needs build/release/kobel and the installed FLINK-1_20. Prints medians, and asserts nothing: compare the ratios.
"""

import pathlib
import statistics
import sys
import tempfile

from common import build_jar, recovery, roll_back, runtime_directory, snapshot

from kobel import Application, Kobel, wait_for
from plain_flink import PlainFlink

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


def measure_state(kobel, runtime, jar, megabytes, work):
    """Snapshots of kobel and savepoints of plain Flink, in seconds."""
    application = Application(kobel, f"state-{megabytes}")
    application.put_code(jar)
    groups = {"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"label": str(megabytes)}}]}
    application.create(jar, EnvironmentProperties=groups)
    application.start()
    application.wait_for_count(0, f"full-{megabytes}")
    snapshots = [snapshot(application, f"s{number}") for number in range(ROUNDS)]
    application.stop(Force=True)
    application.delete()
    plain = PlainFlink(runtime, pathlib.Path(tempfile.mkdtemp(dir=work)))
    try:
        _, job = plain.run(jar, arguments=str(megabytes))
        wait_for(lambda: f"full-{megabytes} " in (plain.work / "out.log").read_text(errors="replace"), "the state is full", 300)
        savepoints = [plain.savepoint(job) for _ in range(ROUNDS)]
    finally:
        plain.stop()
    return snapshots, savepoints


def first_recovery(application, fault):
    """The recovery from a second loss of the same job is delayed: a new job for each."""
    application.start()
    seconds = recovery(application, fault)
    application.stop()
    return seconds


def row(title, values, beside=None):
    line = f"{title:<52}{statistics.median(values):>9.2f} s"
    if beside:
        line += f"{statistics.median(beside):>12.2f} s{statistics.median(values) / statistics.median(beside):>9.2f}"
    print(line, flush=True)


def main():
    runtime = runtime_directory()
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        counting, filling, broken = (build_jar(runtime, work, name) for name in ("Counting", "Filling", "Throws"))
        kobel = Kobel(work / "kobel")
        try:
            print(f"{'':<52}{'kobel':>11}{'plain Flink':>14}{'ratio':>9}")
            application = Application(kobel, "recovers")
            application.create(counting)
            for fault, who in (("kill-taskmanager", "TaskManager"), ("kill-jobmanager", "JobManager")):
                row(f"{who} killed: all vertices RUNNING after", [first_recovery(application, fault) for _ in range(ROUNDS)])
            application.start()
            row("update failed: the version before RUNNING after", [roll_back(application, broken) for _ in range(ROUNDS)])
            application.stop(Force=True)
            for megabytes in (1, 100):
                snapshots, savepoints = measure_state(kobel, runtime, filling, megabytes, work)
                row(f"snapshot of {megabytes} MB", snapshots, savepoints)
        finally:
            kobel.stop()


main()
