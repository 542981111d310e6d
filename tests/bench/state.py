#!/usr/bin/env python3
"""How long state takes: recoveries, a roll-back, and a snapshot of 1 MB and of 100 MB beside Flink's own savepoint of the same job.

    tests/bench/state.py [rounds]

Needs build/release/kobel and the installed FLINK-1_20. Prints a table; asserts nothing: read the ratios.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
os.environ.setdefault("KOBEL_BINARY", str(ROOT / "build" / "release" / "kobel"))

from kobel import BINARY, Application, Kobel, wait_for  # noqa: E402
from plain_flink import PlainFlink  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


def build_jar(runtime, work, main_class):
    classes = work / "classes"
    sources = sorted(str(path) for path in (ROOT / "tests" / "e2e" / "jobs").glob("*.java"))
    subprocess.run(["javac", "-nowarn", "--release", "11", "-d", str(classes), "-cp", f"{runtime}/lib/*", *sources], check=True)
    jar = work / f"{main_class}.jar"
    subprocess.run(["jar", "--create", "--file", str(jar), "--main-class", f"jobs.{main_class}", "-C", str(classes), "."], check=True)
    return str(jar)


def ask(application, path, body=None):
    request = urllib.request.Request(f"{application.kobel.url}/kobel/v1/applications/{application.name}{path}",
                                     data=None if body is None else json.dumps(body).encode())
    return json.load(urllib.request.urlopen(request, timeout=60))


def wait_event(application, after, **wanted):
    while True:
        answer = ask(application, f"/events?after={after}&wait=30")
        for event in answer["events"]:
            if all(event.get(key) == value for key, value in wanted.items()):
                return event
        after = answer["last"]


def last_event(application):
    after = 0
    while True:
        answer = ask(application, f"/events?after={after}")
        if not answer["events"]:
            return after
        after = answer["last"]


def measure_recovery(application, fault):
    """Seconds from the kill to all vertices RUNNING."""
    wait_for(lambda: ask(application, "")["lastCheckpoint"], "a checkpoint")
    after = last_event(application)
    began = time.monotonic()
    ask(application, "/faults", {"fault": fault})
    wait_event(application, after, kind="recovery", phase="UP")
    return time.monotonic() - began


def measure_roll_back(application, broken):
    """Seconds from the failure of an update to RUNNING on the version before."""
    after = last_event(application)
    application.update_configuration(ApplicationSystemRollbackConfigurationUpdate={"RollbackEnabledUpdate": True},
                                     **application.new_code(broken))
    failed = wait_event(application, after, kind="status", to="ROLLING_BACK")
    running = wait_event(application, failed["sequence"], kind="status", to="RUNNING")
    return (running["atMs"] - failed["atMs"]) / 1000


def measure_snapshot(application, name):
    after = last_event(application)
    began = time.monotonic()
    application.client.create_application_snapshot(ApplicationName=application.name, SnapshotName=name)
    wait_event(application, after, kind="snapshot", snapshot=name, status="READY")
    return time.monotonic() - began


def measure_state(kobel, runtime, jar, megabytes, work):
    """Snapshots of kobel and savepoints of plain Flink, in seconds."""
    application = Application(kobel, f"state-{megabytes}")
    application.put_code(jar)
    groups = {"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"label": str(megabytes)}}]}
    application.create(jar, EnvironmentProperties=groups)
    application.start()
    application.wait_for_count(0, f"full-{megabytes}")
    snapshots = [measure_snapshot(application, f"s{number}") for number in range(ROUNDS)]
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


def row(title, values, beside=None):
    line = f"{title:<52}{statistics.median(values):>9.2f} s"
    if beside:
        line += f"{statistics.median(beside):>12.2f} s{statistics.median(values) / statistics.median(beside):>9.2f}"
    print(line, flush=True)


def main():
    listed = subprocess.run([BINARY, "runtime", "list"], check=True, capture_output=True, text=True).stdout
    runtime = next(line.split()[-1] for line in listed.splitlines() if line.startswith("FLINK-1_20"))
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        counting, filling, broken = (build_jar(runtime, work, name) for name in ("Counting", "Filling", "Throws"))
        kobel = Kobel(work / "kobel")
        try:
            print(f"{'':<52}{'kobel':>11}{'plain Flink':>14}{'ratio':>9}")
            application = Application(kobel, "recovers")
            application.create(counting)
            application.start()
            row("TaskManager killed: all vertices RUNNING after", [measure_recovery(application, "kill-taskmanager") for _ in range(ROUNDS)])
            row("JobManager killed: all vertices RUNNING after", [measure_recovery(application, "kill-jobmanager") for _ in range(ROUNDS)])
            row("update failed: the version before RUNNING after", [measure_roll_back(application, broken) for _ in range(ROUNDS)])
            application.stop(Force=True)
            for megabytes in (1, 100):
                snapshots, savepoints = measure_state(kobel, runtime, filling, megabytes, work)
                row(f"snapshot of {megabytes} MB", snapshots, savepoints)
        finally:
            kobel.stop()


main()
