#!/usr/bin/env python3
"""Tests for a long time whether state is lost or memory, threads or files grow: many applications, all moves, and faults.

    tests/bench/soak.py --minutes 30 [--seed S] [--applications 10] [--at-once 4]

Two daemons have half of the applications each. `--at-once` of them run at the same time and make the moves that the seed chooses.
Meanwhile daemons are killed, stopped and halted, clocks are advanced, and disks are filled (as root, which can mount small ones).
After each move: counts continue, and are repeated only where a restore allows it; snapshots exist; the status is as requested.

Needs build/release/kobel and the installed FLINK-1_20. Prints a line for each move and fault, and every 15 s what each daemon
holds. Ends at the first fault with status 1, prints what may explain it, and keeps the data. Else the last line is "nothing was
wrong". The same seed makes the same choices.
"""

import argparse
import json
import os
import pathlib
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

from botocore.exceptions import BotoCoreError
from common import BINARY, runtime_directory
from soak_application import Soaked, Watcher
from soak_daemon import Daemon
from soak_moves import Wrong

from enhanced import Snapshots, files_of
from kobel import Application, wait_for
from programs import build_jars

DISK_MB = 400
MEASURE_EVERY_S = 15


class Soak:
    def __init__(self, options):
        self.seed = options.seed
        self.began = time.monotonic()
        self.ends_at = self.began + 60 * options.minutes
        self.wrong = []
        self.lock = threading.Lock()
        self.mounted = []
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="kobel-soak-"))
        self.daemons, self.all = [], []
        self.is_ending = False

    def is_over(self):
        return bool(self.wrong)

    def is_time(self):
        return self.is_over() or time.monotonic() > self.ends_at

    def report(self, who, text):
        elapsed = int(time.monotonic() - self.began)
        print(f"{elapsed // 60:3}:{elapsed % 60:02}  {who:8} {text}", flush=True)

    def fail(self, who, text):
        with self.lock:
            self.wrong.append((who, text))
        self.report(who, f"WRONG: {text}")

    def mount(self, directory):
        done = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "kobel-soak", str(directory)], capture_output=True).returncode == 0
        if done:
            self.mounted.append(directory)
        return done

    def repeats(self, daemon):
        for one in self.all:
            if one.daemon is daemon and one.counts is not None:
                one.counts.allow_repeats()

    # --- threads ---

    def guarded(self, who, function):
        """Starts a thread. Its failure ends the soak."""
        def run():
            try:
                function()
            except Wrong as error:
                self.fail(who(), str(error))
            except Exception:
                self.fail(who(), traceback.format_exc())
        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def run_applications(self, waiting, state):
        """Runs the application that has waited for longest, again and again."""
        while not self.is_time():
            one = state["one"] = waiting.get()
            one.live()
            waiting.put(one)

    def disturb_regularly(self, daemon):
        while not self.is_time():
            wait_s = daemon.random.uniform(15, 60)
            deadline = time.monotonic() + wait_s
            while time.monotonic() < deadline and not self.is_time():
                time.sleep(0.5)
            if not self.is_time():
                daemon.do_next()

    def measure_regularly(self):
        while not self.is_time():
            for _ in range(MEASURE_EVERY_S * 2):
                if self.is_time():
                    return
                time.sleep(0.5)
            for daemon in self.daemons:
                with daemon.lock:
                    daemon.measure()

    def run(self, applications, at_once):
        jars = self.work / "jars"
        jars.mkdir()
        build_jars(runtime_directory(), jars)
        built = {jar.stem: str(jar) for jar in jars.glob("*.jar")}
        self.daemons = [Daemon("left", self.work, self, "--spares", "0"), Daemon("right", self.work, self, "--spares", "1")]
        if not all(daemon.is_small for daemon in self.daemons):
            self.report("soak", "this user cannot mount small file systems: disks are not filled")
        self.all = [Soaked(self.daemons[index % 2], index, built, self.seed, self.report) for index in range(applications)]
        waiting = queue.Queue()
        for one in self.all:
            waiting.put(one)
        Watcher(self.all, lambda: self.is_ending).start()
        threads = [self.guarded(lambda daemon=daemon: daemon.name, lambda daemon=daemon: self.disturb_regularly(daemon)) for daemon in self.daemons]
        threads.append(self.guarded(lambda: "soak", self.measure_regularly))
        for _ in range(at_once):
            state = {}
            threads.append(self.guarded(lambda state=state: state["one"].name if state else "soak",
                                        lambda state=state: self.run_applications(waiting, state)))
        for thread in threads:
            thread.join()

    # --- the end ---

    def end(self):
        """Deletes all applications. No file or process may be left."""
        for one in self.all:
            if one.counts is not None:
                one.settle()
                one.delete(0)
        for daemon in self.daemons:
            # Those of the service, and those whose deletion a fault prevented.
            Snapshots(Application(daemon.kobel, "any")).delete_all()
            wait_for(lambda daemon=daemon: not files_of(daemon.kobel), "the files of all snapshots are removed")
            left = sorted(name for name in os.listdir(os.path.join(daemon.kobel.data, "apps")) if not name.startswith("."))
            if left:
                raise Wrong(f"{daemon.name}: directories of deleted applications are left: {left}")
            daemon.measure()
        for daemon in self.daemons:
            status = daemon.kobel.stop()
            if status != 0 or daemon.kobel.java_processes():
                raise Wrong(f"{daemon.name} ended with {status} and left {daemon.kobel.java_processes()}")
            checked = subprocess.run(["python3", "-c", "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('pragma integrity_check').fetchone()[0])",
                                      os.path.join(daemon.kobel.data, "kobel.db")], capture_output=True, text=True).stdout.strip()
            if checked != "ok":
                raise Wrong(f"{daemon.name}: the database is damaged: {checked}")

    def dump(self):
        """Prints what may explain the fault."""
        for who, text in self.wrong:
            print(f"\n=== {who}: {text}")
        for daemon in self.daemons:
            print(f"\n=== the end of {daemon.name}'s log\n{daemon.end_of_log()}")
        named = {who for who, _ in self.wrong}
        for one in self.all:
            if one.name not in named or one.counts is None:
                continue
            print(f"\n=== what {one.name} printed")
            for printed in one.counts.ranges[-12:]:
                print(f"    {printed}")
            try:
                print(f"=== what the daemon shows of {one.name}\n{json.dumps(one.show(), indent=2)}")
                with urllib.request.urlopen(f"{one.daemon.kobel.url}/kobel/v1/applications/{one.name}/events?limit=1000", timeout=30) as answer:
                    for event in json.load(answer)["events"][-40:]:
                        print(f"    {json.dumps(event)}")
            except (OSError, Wrong, BotoCoreError) as error:
                print(f"    the daemon does not answer: {error}")

    def keep(self):
        """Copies the data of a soak that failed, before its disks are unmounted."""
        kept = self.work.with_name(f"{self.work.name}-kept")
        shutil.copytree(self.work, kept, symlinks=True, ignore=lambda directory, names: [
            name for name in names if not os.path.isfile(os.path.join(directory, name)) and not os.path.isdir(os.path.join(directory, name))])
        print(f"\nthe data directories are kept in {kept}")

    def close(self):
        self.is_ending = True
        for daemon in self.daemons:
            if daemon.kobel.process.poll() is None:
                daemon.kobel.process.send_signal(signal.SIGCONT)
                daemon.kobel.stop()
        if self.wrong:
            self.keep()
        for directory in self.mounted:
            deadline = time.monotonic() + 30
            while subprocess.run(["umount", str(directory)], capture_output=True).returncode != 0 and time.monotonic() < deadline:
                time.sleep(0.2)
        shutil.rmtree(self.work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--applications", type=int, default=10)
    parser.add_argument("--at-once", type=int, default=4, help="how many run at the same time: each takes 0.4 GB of memory, two while it moves")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes:g} minutes, {options.applications} applications, {options.at_once} at once, {BINARY}", flush=True)
    soak = Soak(options)
    signal.signal(signal.SIGTERM, lambda *_: soak.fail("soak", "ended by SIGTERM"))
    try:
        soak.run(options.applications, options.at_once)
        if not soak.wrong:
            soak.report("soak", "the end: all applications are deleted")
            soak.guarded(lambda: "the end", soak.end).join()
        moves = {}
        for one in soak.all:
            for name, count in one.moves.items():
                moves[name] = moves.get(name, 0) + count
        print(f"\n{sum(one.lives for one in soak.all)} lives; " + ", ".join(f"{count} x {re.sub('_', ' ', name)}" for name, count in sorted(moves.items())))
        for daemon in soak.daemons:
            most = ", ".join(f"{value:.0f} {name}" for name, value in daemon.most.items())
            print(f"{daemon.name}: {daemon.happened}; at most {most}")
        if soak.wrong:
            soak.dump()
    finally:
        soak.close()
    print(f"\nseed {options.seed}: {'WRONG' if soak.wrong else 'nothing was wrong'}")
    sys.exit(1 if soak.wrong else 0)


main()
