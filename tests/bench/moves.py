#!/usr/bin/env python3
"""Measures whether many moves of an application make anything grow: the gap of the stream, memory, descriptors, threads, files.

    tests/bench/moves.py [moves]

Needs build/release/kobel and the installed FLINK-1_20. Prints a line for every twenty moves, and asserts nothing: no column may grow.
"""

import os
import pathlib
import statistics
import sys
import tempfile
import time

from common import build_jar, gap, resident_kb, runtime_directory, wait_for_spare

from kobel import Application, Kobel

MOVES = int(sys.argv[1]) if len(sys.argv) > 1 else 200
EVERY = 20


def held(kobel):
    """Memory in kB, file descriptors, threads, listening sockets of all, entries on disk, Flink's processes."""
    pid = kobel.process.pid
    entries = sum(len(names) + len(files) for _, names, files in os.walk(os.path.join(kobel.data, "apps")))
    with open("/proc/net/tcp") as file:
        listening = sum(line.split()[3] == "0A" for line in file.readlines()[1:])
    return (resident_kb(pid), len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")), listening, entries,
            len(kobel.java_processes()))


def main():
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        # Each move leaves a snapshot, which is kept unless a rule removes it.
        kobel = Kobel(work / "kobel", "--spares", "1", "--log-level", "warn", "--snapshot-retention", "keep=5")
        try:
            application = Application(kobel, "moves")
            application.create(build_jar(runtime_directory(), work, "Counting"), label="m0")
            application.start()
            application.wait_for_count(0)
            print(f"{'moves':>6} {'gap, median':>12} {'worst':>7} {'memory':>9} {'fds':>5} {'threads':>8} {'listening':>10} {'entries':>8} {'java':>5}")
            gaps = []
            for number in range(1, MOVES + 1):
                wait_for_spare(kobel)
                application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"m{number}"))
                application.settle()
                application.wait_for_count(0, f"m{number}")
                gaps.append(gap(application, f"m{number}"))
                if number % EVERY == 0:
                    wait_for_spare(kobel)
                    time.sleep(1)  # until ended processes are gone
                    kb, fds, threads, listening, entries, java = held(kobel)
                    print(f"{number:>6} {statistics.median(gaps):>10.2f} s {max(gaps):>5.2f} s {kb / 1024:>6.1f} MB {fds:>5} {threads:>8} {listening:>10} "
                          f"{entries:>8} {java:>5}", flush=True)
                    gaps = []
        finally:
            kobel.stop()


main()
