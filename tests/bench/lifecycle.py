#!/usr/bin/env python3
"""Measures the steps in the life of an application: start, update, snapshot, recovery, roll back; and plain Flink in the same run.

    tests/bench/lifecycle.py [rounds]

Needs build/release/kobel and the installed FLINK-1_20 (scripts/demo.sh makes both). Prints medians with their targets. Asserts nothing,
as machines are noisy: compare the ratios to plain Flink.
"""

import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from common import build_jar, gap, processor_ticks, pss_kb, recovery, resident_kb, roll_back, runtime_directory, snapshot, wait_for_spare

from kobel import BINARY, Application, Kobel
from plain_flink import HeldPort, PlainFlink

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


def measure_plain(runtime, jar, work):
    starts, savepoints = [], []
    for number in range(ROUNDS):
        plain = PlainFlink(runtime, pathlib.Path(tempfile.mkdtemp(dir=work)))
        try:
            seconds, job = plain.run(jar)
            starts.append(seconds)
            time.sleep(1.5)
            savepoints += [plain.savepoint(job) for _ in range(2)]
        finally:
            plain.stop()
    return starts, savepoints


def daemon_start(work):
    """Seconds from exec to the first answered request."""
    data = tempfile.mkdtemp(dir=work)
    held = HeldPort()
    port = held.number
    began = time.monotonic()
    process = subprocess.Popen([BINARY, "serve", "--port", str(port), "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(request)
                connection.recv(4096)
                break
        except ConnectionRefusedError:
            time.sleep(0.0005)
    seconds = time.monotonic() - began
    process.terminate()
    process.wait()
    held.release()
    return seconds


def measure_kobel(jar, work):
    results = {"start": [], "gap": [], "snapshot": [], "update": []}
    kobel = Kobel(pathlib.Path(tempfile.mkdtemp(dir=work)))
    results["idle"] = resident_kb(kobel.process.pid)
    before = processor_ticks(kobel.process.pid)
    time.sleep(3)
    results["idle ticks"] = processor_ticks(kobel.process.pid) - before
    try:
        for number in range(ROUNDS):
            application = Application(kobel, f"bench-{number}")
            application.create(jar, label="first")
            began = time.monotonic()
            application.start()
            results["start"].append(time.monotonic() - began)
            application.wait_for_count(50)
            for name in ("a", "b"):
                results["snapshot"].append(snapshot(application, name))
            began = time.monotonic()
            application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
            application.settle()
            results["update"].append(time.monotonic() - began)
            application.wait_for_count(60, "second")
            results["gap"].append(gap(application, "second"))
            if number == 0:
                before = processor_ticks(kobel.process.pid)
                time.sleep(5)
                results["busy share"] = (processor_ticks(kobel.process.pid) - before) / 5
            application.delete()
        results["after"] = resident_kb(kobel.process.pid)
    finally:
        kobel.stop()
    return results


# --- with a spare ---

def parallel(count):
    return {"FlinkApplicationConfigurationUpdate": {"ParallelismConfigurationUpdate": {
        "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": count, "AutoScalingEnabledUpdate": False}}}


def measure_update(application, label, **more):
    """The stream's gap in seconds."""
    application.update_configuration(EnvironmentPropertyUpdates=application.properties(label), **more)
    application.settle()
    application.wait_for_count(0, label)
    return gap(application, label)


def measure_with_spare(jar, broken, work):
    results = {key: [] for key in ("start", "gap 1", "gap 1-4", "gap 4", "taskmanager", "jobmanager", "roll back")}
    data = tempfile.mkdtemp(dir=work)
    kobel = Kobel(pathlib.Path(data), "--spares", "1")
    try:
        for number in range(ROUNDS):
            application = Application(kobel, f"spare-{number}")
            application.create(jar, label="one")
            wait_for_spare(kobel)
            if number == 0:
                results["memory spare"] = pss_kb(data) - resident_kb(kobel.process.pid)
            began = time.monotonic()
            application.start()
            results["start"].append(time.monotonic() - began)
            application.wait_for_count(50)
            wait_for_spare(kobel)
            if number == 0:
                results["memory both"] = pss_kb(data) - resident_kb(kobel.process.pid)
                before = processor_ticks(kobel.process.pid)
                time.sleep(60)
                results["quiet share"] = (processor_ticks(kobel.process.pid) - before) / 60
            results["taskmanager"].append(recovery(application, "kill-taskmanager"))
            wait_for_spare(kobel)
            # The recovery from a second loss soon after the first is delayed: a move between them resets that.
            results["gap 1"].append(measure_update(application, "two"))
            wait_for_spare(kobel)
            results["jobmanager"].append(recovery(application, "kill-jobmanager"))
            wait_for_spare(kobel)
            results["roll back"].append(roll_back(application, broken))
            wait_for_spare(kobel)
            results["gap 1-4"].append(measure_update(application, "three", **parallel(4)))
            wait_for_spare(kobel, 4)
            results["gap 4"].append(measure_update(application, "four"))
            application.stop(Force=True)
            application.delete()
        results["daemon"] = resident_kb(kobel.process.pid)
    finally:
        kobel.stop()
    return results


def measure_without_spare(jar, work):
    kobel = Kobel(pathlib.Path(tempfile.mkdtemp(dir=work)))
    results = {"taskmanager": [], "jobmanager": []}
    try:
        application = Application(kobel, "alone")
        application.create(jar)
        for _ in range(ROUNDS):
            for fault in ("kill-taskmanager", "kill-jobmanager"):
                # The recovery from a second loss of the same job is delayed: a new job for each.
                application.start()
                results[fault[5:]].append(recovery(application, fault))
                application.stop()
    finally:
        kobel.stop()
    return results


def row(what, value, beside, wanted, met):
    print(f"{what:<50} {value:>10} {beside:>26}   {wanted:<28} {'met' if met else 'NOT MET'}", flush=True)


def seconds_row(what, values, limit, beside=""):
    value = statistics.median(values)
    row(what, f"{value:.2f} s", beside, f"<= {limit} s", value <= limit)


def print_spare_rows(spare, alone, plain_start):
    start = statistics.median(spare["start"])
    print("\nwith a primed spare\n")
    seconds_row("StartApplication -> RUNNING", spare["start"], 0.5, f"plain {plain_start:.2f} s ({plain_start / start:.1f}x)")
    seconds_row("update with state, parallelism 1: the stream's gap", spare["gap 1"], 0.5)
    seconds_row("update with state, parallelism 4: the stream's gap", spare["gap 4"], 1)
    seconds_row("scale from 1 to 4: the stream's gap", spare["gap 1-4"], 1)
    seconds_row("JobManager lost -> all vertices RUNNING", spare["jobmanager"], 1)
    seconds_row("   the same without a spare", alone["jobmanager"], 3.5)
    seconds_row("TaskManager lost -> all vertices RUNNING", spare["taskmanager"], 2.5)
    seconds_row("   the same without a spare", alone["taskmanager"], 3.5)
    seconds_row("update failed -> RUNNING on the version before", spare["roll back"], 0.5)
    row("memory of a spare (PSS)", f"{spare['memory spare'] / 1024:.0f} MB",
        f"beside a job, both {spare['memory both'] / 1024:.0f} MB", "", True)
    row("memory of an application (PSS)", f"{(spare['memory both'] - spare['memory spare']) / 1024:.0f} MB", "what both have more", "", True)
    row("daemon: memory after all", f"{spare['daemon'] / 1024:.1f} MB", "", "", True)
    row("daemon: processor, a spare and a running job", f"{spare['quiet share']:.2f} %", "", "< 1 % of a core", spare["quiet share"] < 1)


def main():
    runtime = runtime_directory()
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        jar = build_jar(runtime, work, "Counting")
        broken = build_jar(runtime, work, "Throws")
        starts, savepoints = measure_plain(runtime, jar, work)
        kobel = measure_kobel(jar, work)
        daemon = [daemon_start(work) for _ in range(10)]
        spare = measure_with_spare(jar, broken, work)
        alone = measure_without_spare(jar, work)
    plain_start, plain_savepoint = statistics.median(starts), statistics.median(savepoints)
    start, taken = statistics.median(kobel["start"]), statistics.median(kobel["snapshot"])
    stream_gap = statistics.median(kobel["gap"])

    print(f"medians of {ROUNDS} rounds\n")
    row("StartApplication -> RUNNING", f"{start:.2f} s", f"plain {plain_start:.2f} s ({plain_start / start:.1f}x)", ">= 2.5 times faster", plain_start / start >= 2.5)
    row("update of a property: the stream's gap", f"{stream_gap:.2f} s", f"whole {statistics.median(kobel['update']):.2f} s",
        "<= 0.6 of a start", stream_gap <= 0.6 * start)
    row("snapshot", f"{taken:.3f} s", f"plain {plain_savepoint:.3f} s ({taken / plain_savepoint:.2f}x)", "<= 1.2 times Flink's own",
        taken <= 1.2 * plain_savepoint)
    row("daemon: start -> first answer", f"{statistics.median(daemon) * 1000:.0f} ms", f"worst {max(daemon) * 1000:.0f} ms", "<= 30 ms",
        statistics.median(daemon) <= 0.030)
    row("daemon: resident memory, idle", f"{kobel['idle'] / 1024:.1f} MB", f"after all {kobel['after'] / 1024:.1f} MB", "<= 20 MB", kobel["idle"] <= 20480)
    row("daemon: processor, idle, 3 s", f"{kobel['idle ticks']} ticks", f"with a job {kobel['busy share']:.1f} %", "none", kobel["idle ticks"] <= 1)
    print_spare_rows(spare, alone, plain_start)


if __name__ == "__main__":
    main()
