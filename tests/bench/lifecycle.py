#!/usr/bin/env python3
"""How long the life of an application takes on kobel, beside plain Flink started its scripts' way in the same run.

    tests/bench/lifecycle.py [rounds]

Needs build/release/kobel and the installed FLINK-1_20 (scripts/demo.sh makes both). Prints a table; asserts nothing, because
these machines are noisy: read the ratios.
"""

import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
os.environ.setdefault("KOBEL_BINARY", str(ROOT / "build" / "release" / "kobel"))

from kobel import BINARY, Application, Kobel, wait_for  # noqa: E402
from plain_flink import PlainFlink, free_port  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


def runtime_directory():
    listed = subprocess.run([BINARY, "runtime", "list"], check=True, capture_output=True, text=True).stdout
    return next(line.split()[-1] for line in listed.splitlines() if line.startswith("FLINK-1_20"))


def build_jar(runtime, work):
    classes = work / "classes"
    sources = sorted(str(path) for path in (ROOT / "tests" / "e2e" / "jobs").glob("*.java"))
    subprocess.run(["javac", "-nowarn", "--release", "11", "-d", str(classes), "-cp", f"{runtime}/lib/*", *sources], check=True)
    jar = work / "Counting.jar"
    subprocess.run(["jar", "--create", "--file", str(jar), "--main-class", "jobs.Counting", "-C", str(classes), "."], check=True)
    return str(jar)


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


def resident_kb(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(rf"{field}:\s+(\d+)", file.read())[1])


def daemon_start(work):
    """Seconds from exec to the first answered request."""
    data = tempfile.mkdtemp(dir=work)
    port = free_port()
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
    return seconds


def gap(application, label):
    """Seconds between the last record of the job before and the first record with the new label."""
    lines = application.lines()
    first = next(index for index, line in enumerate(lines) if line[0] == label)
    return (lines[first][2] - lines[first - 1][2]) / 1000


def processor_ticks(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return int(fields[11]) + int(fields[12])


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
                began = time.monotonic()
                application.client.create_application_snapshot(ApplicationName=application.name, SnapshotName=name)
                wait_for(lambda: application.snapshots()[0]["SnapshotStatus"] == "READY", "snapshot")
                results["snapshot"].append(time.monotonic() - began)
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


def main():
    runtime = runtime_directory()
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        jar = build_jar(runtime, work)
        starts, savepoints = measure_plain(runtime, jar, work)
        kobel = measure_kobel(jar, work)
        daemon = [daemon_start(work) for _ in range(10)]
    plain_start, plain_savepoint = statistics.median(starts), statistics.median(savepoints)
    start, snapshot = statistics.median(kobel["start"]), statistics.median(kobel["snapshot"])
    stream_gap = statistics.median(kobel["gap"])

    def row(what, value, beside, wanted, met):
        print(f"{what:<46} {value:>10} {beside:>24}   {wanted:<28} {'met' if met else 'NOT MET'}")

    print(f"medians of {ROUNDS} rounds\n")
    row("StartApplication -> RUNNING", f"{start:.2f} s", f"plain {plain_start:.2f} s ({plain_start / start:.1f}x)", ">= 2.5 times faster", plain_start / start >= 2.5)
    row("update of a property: the stream's gap", f"{stream_gap:.2f} s", f"whole {statistics.median(kobel['update']):.2f} s",
        "<= 0.6 of a start", stream_gap <= 0.6 * start)
    row("snapshot", f"{snapshot:.3f} s", f"plain {plain_savepoint:.3f} s ({snapshot / plain_savepoint:.2f}x)", "<= 1.2 times Flink's own",
        snapshot <= 1.2 * plain_savepoint)
    row("daemon: start -> first answer", f"{statistics.median(daemon) * 1000:.0f} ms", f"worst {max(daemon) * 1000:.0f} ms", "<= 30 ms",
        statistics.median(daemon) <= 0.030)
    row("daemon: resident memory, idle", f"{kobel['idle'] / 1024:.1f} MB", f"after all {kobel['after'] / 1024:.1f} MB", "<= 20 MB", kobel["idle"] <= 20480)
    row("daemon: processor, idle, 3 s", f"{kobel['idle ticks']} ticks", f"with a job {kobel['busy share']:.1f} %", "none", kobel["idle ticks"] <= 1)


if __name__ == "__main__":
    main()
