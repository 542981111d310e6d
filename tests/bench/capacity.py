#!/usr/bin/env python3
"""Measures the memory and start of an application by profile and KPUs, and what the sandbox and metrics cost a job.

    tests/bench/capacity.py [rounds] [capacity|costs]

Needs build/release/kobel and the installed FLINK-1_20. Prints tables, and asserts nothing: compare the ratios. The costs of a fence
around the network: fence.py.
"""

import pathlib
import signal
import statistics
import sys
import tempfile
import time

from common import build_jar, gap, processor_ticks, pss_kb, resident_kb, runtime_directory, wait_for_spare

from kobel import Application, Kobel, wait_for

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
PARTS = sys.argv[2:] or ["capacity", "costs"]
WINDOW_S = 3
PAIRS = 15


def parallel(count):
    return {"ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": count, "ParallelismPerKPU": 1,
                                         "AutoScalingEnabled": False},
            "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}}


def parallel_update(count):
    return {"FlinkApplicationConfigurationUpdate": {"ParallelismConfigurationUpdate": {
        "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": count, "AutoScalingEnabledUpdate": False}}}


class Daemon:
    """A daemon for one part of the benchmark."""

    def __init__(self, work, *options):
        self.data = tempfile.mkdtemp(dir=work)
        self.kobel = Kobel(pathlib.Path(self.data), "--log-level", "warn", *options)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.kobel.stop()

    def start(self, jar, name, kpus=1):
        """The running application, and the seconds that it took."""
        application = Application(self.kobel, name)
        application.create(jar, FlinkApplicationConfiguration=parallel(kpus))
        began = time.monotonic()
        application.start()
        return application, time.monotonic() - began

    def clusters_kb(self):
        """Memory without the daemon, whose command line has the directory too."""
        return pss_kb(self.data) - resident_kb(self.kobel.process.pid)


def end(application):
    application.stop(Force=True)
    application.delete()


# --- memory, start ---

def measure_profile(jar, work, profile):
    """Megabytes of the first application and of each further one after half a minute; seconds of a start by KPUs."""
    with Daemon(work, "--profile", profile, "--memory-budget", "64G") as daemon:
        held = []
        applications = []
        for number in range(3):
            application, _ = daemon.start(jar, f"memory-{number}")
            applications.append(application)
            application.wait_for_count(0)
            time.sleep(10)
            held.append(daemon.clusters_kb() / 1024)
        for application in applications:
            end(application)
        starts = {}
        for kpus in (1, 4, 8):
            seconds = []
            for number in range(ROUNDS):
                application, took = daemon.start(jar, f"start-{kpus}-{number}", kpus)
                seconds.append(took)
                end(application)
            starts[kpus] = statistics.median(seconds)
    return held[0], (held[2] - held[0]) / 2, starts


def measure_scale(jar, work, *options):
    """Seconds of the gap in the stream when one KPU becomes four."""
    gaps = []
    with Daemon(work, *options) as daemon:
        for number in range(ROUNDS):
            application, _ = daemon.start(jar, f"scale-{number}")
            application.wait_for_count(20)
            if options:
                wait_for_spare(daemon.kobel)
            application.update_configuration(EnvironmentPropertyUpdates=application.properties("scaled"), **parallel_update(4))
            application.settle()
            application.wait_for_count(0, "scaled")
            gaps.append(gap(application, "scaled"))
            end(application)
    return statistics.median(gaps)


# --- throughput ---

def reports(application):
    return [(count, at_ms) for _, count, at_ms in application.lines()]


def next_report(application):
    before = len(reports(application))
    wait_for(lambda: len(reports(application)) > before, "a report", 30)
    return reports(application)[-1]


def rate(application, seconds):
    """Records a second in the next `seconds`, by the clock of the job."""
    first = next_report(application)
    time.sleep(seconds)
    last = reports(application)[-1]
    return (last[0] - first[0]) / (last[1] - first[1]) * 1000


class Window:
    """What the job did in a few seconds, and what it and those who look after it used of the processor."""

    def __init__(self, daemon, application):
        workers = daemon.kobel.java_pids(b"TaskManagerRunner")
        others = [daemon.kobel.process.pid, *daemon.kobel.java_pids(b"StandaloneSessionClusterEntrypoint")]
        first = next_report(application)
        before = [sum(map(processor_ticks, pids)) for pids in (workers, others)]
        time.sleep(WINDOW_S)
        last = next_report(application)
        worked, looked = (sum(map(processor_ticks, pids)) - ticks for pids, ticks in zip((workers, others), before))
        records, seconds = last[0] - first[0], (last[1] - first[1]) / 1000
        self.rate = records / seconds
        self.records_a_tick = records / worked
        self.looking = looked / seconds  # ticks are hundredths: a percentage of a core


def measure_metrics(jar, work, interval):
    """Pairs of windows, with the daemon at work and with it halted; which comes first alternates."""
    pairs = []
    with Daemon(work, "--metrics-interval", interval) as daemon:
        application, _ = daemon.start(jar, "measured")
        rate(application, 20)  # the compiler has done its work
        for number in range(PAIRS * ROUNDS):
            pair = {}
            for is_halted in (False, True) if number % 2 else (True, False):
                daemon.kobel.process.send_signal(signal.SIGSTOP if is_halted else signal.SIGCONT)
                pair[is_halted] = Window(daemon, application)
            daemon.kobel.process.send_signal(signal.SIGCONT)
            pairs.append((pair[False], pair[True]))
        end(application)
    return pairs


def with_margin(values):
    """Median and the 95 % interval of it, by ranks."""
    ordered = sorted(values)
    reach = 0.98 * len(ordered) ** 0.5
    low, high = (ordered[round(min(max(rank, 0), len(ordered) - 1))] for rank in (len(ordered) / 2 - reach, len(ordered) / 2 + reach))
    return f"{statistics.median(ordered):>7.3f} ({low:.3f} to {high:.3f})"


def measure_sandbox(jar, work, level):
    """Throughput in records a second, and seconds of the start."""
    with Daemon(work, "--sandbox", level) as daemon:
        application, seconds = daemon.start(jar, "boxed")
        rate(application, 8)
        found = rate(application, 10)
        end(application)
    return found, seconds


# --- the tables ---

def print_capacity(jar, work):
    print(f"{'profile':<10}{'first application':>18}{'each further one':>18}{'start, 1 KPU':>14}{'4 KPUs':>9}{'8 KPUs':>9}")
    for profile in ("dev", "aws"):
        first, further, starts = measure_profile(jar, work, profile)
        print(f"{profile:<10}{first:>15.0f} MB{further:>15.0f} MB" + f"{starts[1]:>12.2f} s" + "".join(f"{starts[k]:>7.2f} s" for k in (4, 8)),
              flush=True)
    print(f"\n{'scaling from 1 to 4 KPUs, the gap':<44}{measure_scale(jar, work):>7.2f} s")
    print(f"{'the same with a spare':<44}{measure_scale(jar, work, '--spares', '1'):>7.2f} s", flush=True)


def print_costs(jar, work):
    print(f"\n{'with the daemon at work, of that with it halted':<50}{'records a second':>24}{'a tick of the TaskManager':>30}"
          f"{'daemon and JobManager use':>30}")
    for interval in ("10s", "1s"):
        pairs = measure_metrics(jar, work, interval)
        beside, alone = (statistics.median(pair[index].looking for pair in pairs) for index in (0, 1))
        print(f"{'measured every ' + interval:<50}{with_margin(one.rate / other.rate for one, other in pairs):>24}"
              f"{with_margin(one.records_a_tick / other.records_a_tick for one, other in pairs):>30}"
              f"{f'{beside:.1f} % of a core, {alone:.1f} %':>30}", flush=True)
    levels = ("none", "scoped", "full")
    found = {level: [] for level in levels}
    for _ in range(ROUNDS):
        for level in levels:
            found[level].append(measure_sandbox(jar, work, level))
    print(f"\n{'sandbox':<10}{'records a second':>18}{'of none':>9}{'start':>9}")
    plain = statistics.median(one[0] for one in found["none"])
    for level in levels:
        records, seconds = (statistics.median(one[index] for one in found[level]) for index in (0, 1))
        print(f"{level:<10}{records:>18,.0f}{records / plain:>9.3f}{seconds:>7.2f} s", flush=True)


def main():
    runtime = runtime_directory()
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        if "capacity" in PARTS:
            print_capacity(build_jar(runtime, work, "Counting"), work)
        if "costs" in PARTS:
            print_costs(build_jar(runtime, work, "Rushing"), work)


main()
