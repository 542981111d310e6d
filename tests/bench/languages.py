#!/usr/bin/env python3
"""Measures each runtime and language: a start without and with a spare, the gap of an update, memory; and plain Flink in the same run.

    tests/bench/languages.py [rounds] [name...]

Names: java-1.15 java-1.18 java-1.19 java-1.20 java-2.2 java-2.3 scala python-datastream python-table upgrades. Without names: all.
`upgrades` takes one job through all runtimes, and prints the gap of each step, in the median of the rounds. Needs build/release/kobel;
installs the runtimes, and builds the examples. Prints medians. Asserts nothing, as machines are noisy.
"""

import pathlib
import shutil
import statistics
import sys
import tempfile
import time
import zipfile

from common import pss_kb, resident_kb, runtime_directory, wait_for_spare

import lives
from kobel import Application, Kobel, wait_for
from plain_flink import PlainFlink
from programs import EXAMPLES, build_examples, compile_all, install_runtime, pack

RUNTIMES = {"1.15": "FLINK-1_15", "1.18": "FLINK-1_18", "1.19": "FLINK-1_19", "1.20": "FLINK-1_20", "2.2": "FLINK-2_2", "2.3": "FLINK-2_3"}
PYTHON = {"kinesis.analytics.flink.run.options": {"python": "main.py"}}
GAPS = 3
REFERENCE_COLD_S = 2.2  # a start of Java on FLINK-1_20 without a spare, where docs/measurements.md has most of its figures from


class Subject:
    """A program on a runtime. `group` and `key`: the property that its output begins with."""

    def __init__(self, name, runtime, code, group, key, more=None):
        self.name, self.runtime, self.code, self.group, self.key, self.more = name, runtime, code, group, key, more or {}

    def properties(self, label):
        return {self.group: {self.key: label}, **self.more}

    def create(self, kobel, name):
        application = Application(kobel, name)
        application.put_code(self.code)
        lives.create(application, f"{name}.jar", self.properties("one"), self.runtime)
        return application


def zip_of(main, path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(main, "main.py")
    return str(path)


def subjects(work, names):
    install_runtime("FLINK-1_20")
    counting = pack(work / "Counting.jar", compile_all(runtime_directory(), work), "jobs.Counting")
    for version, runtime in RUNTIMES.items():
        yield Subject(f"java-{version}", runtime, counting, "job", "label")
    if not names or "scala" in names:
        build_examples(work / "examples")
        yield Subject("scala", "FLINK-1_20", str(work / "examples" / "scala" / "target" / "scala-counter.jar"), "Counter", "greeting")
    for folder, group in (("python-datastream", "Counter"), ("python-table", "Words")):
        yield Subject(folder, "FLINK-1_20", zip_of(EXAMPLES / folder / "main.py", work / f"{folder}.zip"), group, "greeting", PYTHON)


# --- kobel ---

def outputs(kobel):
    """What all jobs have printed."""
    paths = {path.resolve() for path in pathlib.Path(kobel.data).glob("apps/*/clusters/*/log/taskmanager-*.out")}
    return "".join(path.read_text(errors="replace") for path in paths)


def start_seconds(application):
    began = time.monotonic()
    application.start()
    return time.monotonic() - began


def update_gap(application, subject, label, **changes):
    """The longest time without output from the update to the first output with the label, looked at each 20 ms."""
    kobel, last, size, longest = application.kobel, time.monotonic(), 0, 0.0
    application.update(
        ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": lives.properties(subject.properties(label))}, **changes)
    while True:
        text, now = outputs(kobel), time.monotonic()
        if len(text) != size:
            longest, last, size = max(longest, now - last), now, len(text)
        if f"{label} " in text:
            break
        time.sleep(0.02)
    application.settle()
    return longest


def measure_cold(subject, work, rounds):
    seconds = []
    kobel = Kobel(pathlib.Path(tempfile.mkdtemp(dir=work)))
    try:
        for number in range(rounds):
            application = subject.create(kobel, f"cold-{number}")
            seconds.append(start_seconds(application))
            application.stop(Force=True)
            application.delete()
    finally:
        kobel.stop()
    return seconds


def measure_warm(subject, work, rounds):
    """Starts from a spare, gaps of updates, and the megabytes of a cluster."""
    data = tempfile.mkdtemp(dir=work)
    kobel, starts = Kobel(pathlib.Path(data), "--spares", "1"), []
    try:
        application = subject.create(kobel, "warm")
        application.start()
        for _ in range(rounds):
            wait_for_spare(kobel)
            application.stop(Force=True)
            wait_for_spare(kobel)
            starts.append(start_seconds(application))
        wait_for(lambda: "one" in outputs(kobel), "the job prints")
        gaps = []
        for number in range(GAPS):
            wait_for_spare(kobel)
            gaps.append(update_gap(application, subject, f"label{number}"))
        wait_for_spare(kobel)
        megabytes = (pss_kb(data) - resident_kb(kobel.process.pid)) / 2 / 1024
        application.stop(Force=True)
    finally:
        kobel.stop()
    return starts, gaps, megabytes


def upgrade_gaps(subject, work):
    """The gap of each step from the oldest runtime to the newest, without a spare."""
    kobel, gaps = Kobel(pathlib.Path(tempfile.mkdtemp(dir=work))), []
    try:
        application = subject.create(kobel, "upgraded")
        application.start()
        for version in list(RUNTIMES)[1:]:
            gaps.append(update_gap(application, subject, f"on-{version}", RuntimeEnvironmentUpdate=RUNTIMES[version]))
        application.stop(Force=True)
    finally:
        kobel.stop()
    return gaps


def print_upgrades(by_name, work, rounds):
    for runtime in RUNTIMES.values():
        install_runtime(runtime)
    rows = [upgrade_gaps(by_name["java-1.15"], work) for _ in range(rounds)]
    cold = statistics.median(measure_cold(by_name["java-1.20"], work, rounds))
    steps = [f"-> {version} {statistics.median(gaps):.2f} s" for version, gaps in zip(list(RUNTIMES)[1:], zip(*rows))]
    print(f"gaps of upgrades   1.15 {' '.join(steps)}; cold start on 1.20 {cold:.2f} s, {cold / REFERENCE_COLD_S:.1f} times the reference",
          flush=True)


# --- Flink's own way ---

def plain_seconds(subject, work, rounds):
    """From the first process to RUNNING; "-" where the program needs what the service gives."""
    if subject.group != "job" or subject.runtime in ("FLINK-1_15", "FLINK-1_18"):
        return "-"
    directory, seconds = pathlib.Path(runtime_directory()).parent / subject.runtime, []
    for _ in range(rounds):
        plain = PlainFlink(directory, pathlib.Path(tempfile.mkdtemp(dir=work)))
        try:
            seconds.append(plain.run(subject.code)[0])
        finally:
            plain.stop()
    return f"{statistics.median(seconds):.2f}"


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    names = sys.argv[2:]
    work = pathlib.Path(tempfile.mkdtemp(prefix="kobel-bench-"))
    print(f"{'':18} {'cold s':>7} {'spare s':>8} {'gap s':>6} {'memory MB':>10} {'plain Flink s':>14}")
    by_name = {subject.name: subject for subject in subjects(work, names)}
    for subject in by_name.values():
        if names and subject.name not in names:
            continue
        install_runtime(subject.runtime, *(["--python"] if subject.more else []))
        cold = statistics.median(measure_cold(subject, work, rounds))
        starts, gaps, megabytes = measure_warm(subject, work, rounds)
        print(f"{subject.name:18} {cold:7.2f} {statistics.median(starts):8.2f} {statistics.median(gaps):6.2f} {megabytes:10.0f} "
              f"{plain_seconds(subject, work, rounds):>14}", flush=True)
    if not names or "upgrades" in names:
        print_upgrades(by_name, work, rounds)
    shutil.rmtree(work, ignore_errors=True)


main()
