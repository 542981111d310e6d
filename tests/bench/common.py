"""Helpers of the benchmarks with real applications."""

import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
os.environ.setdefault("KOBEL_BINARY", str(ROOT / "build" / "release" / "kobel"))

from kobel import BINARY, wait_for  # noqa: E402
from programs import compile_all, pack  # noqa: E402


def runtime_directory():
    listed = subprocess.run([BINARY, "runtime", "list"], check=True, capture_output=True, text=True).stdout
    return next(line.split()[-1] for line in listed.splitlines() if line.startswith("FLINK-1_20"))


def build_jar(runtime, work, main_class):
    return pack(work / f"{main_class}.jar", compile_all(runtime, work), f"jobs.{main_class}")


# --- the API /kobel/v1 ---

def ask(application, path, body=None):
    request = urllib.request.Request(application.kobel.url + application.path + path, data=None if body is None else json.dumps(body).encode())
    return json.load(urllib.request.urlopen(request, timeout=60))


def wait_for_spare(kobel, slots=1):
    wait_for(lambda: any(one.get("spare") == "READY" and one["slots"] == slots for one in kobel.clusters()), "a spare is primed")


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


# --- measurements ---

def gap(application, label):
    """Seconds between the last record of the old job and the first record with the new label."""
    lines = application.lines()
    first = next(index for index, line in enumerate(lines) if line[0] == label)
    return (lines[first][2] - lines[first - 1][2]) / 1000


def recovery(application, fault):
    """Injects a fault. Seconds from the kill to all vertices RUNNING."""
    wait_for(lambda: ask(application, "")["lastCheckpoint"], "a checkpoint")
    after = last_event(application)
    began = time.monotonic()
    ask(application, "/faults", {"fault": fault})
    wait_event(application, after, kind="recovery", phase="UP")
    return time.monotonic() - began


def roll_back(application, broken):
    """Seconds from the failure of an update to RUNNING on the version before."""
    after = last_event(application)
    application.update_configuration(ApplicationSystemRollbackConfigurationUpdate={"RollbackEnabledUpdate": True},
                                     **application.new_code(broken))
    failed = wait_event(application, after, kind="status", to="ROLLING_BACK")
    running = wait_event(application, failed["sequence"], kind="status", to="RUNNING")
    return (running["atMs"] - failed["atMs"]) / 1000


def snapshot(application, name):
    """Takes a snapshot. Seconds from the request to READY."""
    after = last_event(application)
    began = time.monotonic()
    application.client.create_application_snapshot(ApplicationName=application.name, SnapshotName=name)
    wait_event(application, after, kind="snapshot", snapshot=name, status="READY")
    return time.monotonic() - began


def resident_kb(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(rf"{field}:\s+(\d+)", file.read())[1])


def processor_ticks(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def pss_kb(match):
    """Memory (PSS) of all processes whose command line contains `match`."""
    total = 0
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if match.encode() not in (path / "cmdline").read_bytes():
                continue
            total += int(re.search(r"^Pss:\s+(\d+)", (path / "smaps_rollup").read_text(), re.M)[1])
        except OSError:
            continue
    return total
