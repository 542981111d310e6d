#!/usr/bin/env python3
"""Many applications, all kinds of moves, and everything that can go wrong, for a while: no state may be lost and nothing may grow.

    tests/bench/soak.py --minutes 30 [--seed S] [--applications 10] [--at-once 4]

Two daemons beside each other have half of the applications each. So many run at once, each takes its moves from its seed; meanwhile
daemons are killed, stopped and halted, clocks are set forward, and a disk is full now and then (where a small file system can be
mounted: as root). After each move: the counts that the jobs print go on (again only from where a restore may begin), snapshots are
there, the status is the one that was asked for. Ends at the first thing that is wrong, with what is known of it, and keeps the data.

Needs build/release/kobel and the installed FLINK-1_20. Prints its seed: the same seed makes the same choices.
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
from common import BINARY, resident_kb, runtime_directory
from soak_application import PATIENCE_S, Soaked, Watcher, Wrong

from kobel import Kobel
from programs import build_jars

DISK_MB = 400
# What a daemon with five applications holds at most.
MEMORY_MAX_MB, DESCRIPTORS_MAX, THREADS_MAX = 80, 200, 8
LOOK_EVERY_S = 15


class Daemon:
    """One of the two, and what happens to it as a whole."""

    def __init__(self, name, work, soak, *options):
        self.name, self.soak = name, soak
        self.is_over = soak.is_over
        self.disk = work / name
        self.disk.mkdir()
        self.is_small = soak.mount(self.disk)
        self.kobel = Kobel(self.disk / "data", "--log-level", "info", "--memory-budget", "5g", "--metrics-interval", "5s", *options)
        self.disturbed_at = 0.0
        self.lock = threading.Lock()
        self.random = random.Random(f"{soak.seed}/{name}")
        self.happened = {}
        self.most = {"memory MB": 0.0, "descriptors": 0, "threads": 0, "files": 0, "java": 0}
        self.first_mb = None

    def tell(self, text):
        self.soak.tell(self.name, text)

    def disturb(self):
        self.disturbed_at = time.monotonic()

    def happen(self):
        """One thing, chosen by the seed."""
        names = ["kill", "stop_in_order", "halt", "jump"] + ["fill_the_disk"] * 2
        name, choice = self.random.choice(names), self.random.random()
        if name == "fill_the_disk" and not self.is_small:
            name = "kill"
        self.tell(f"*** {name.replace('_', ' ')}")
        self.happened[name] = self.happened.get(name, 0) + 1
        with self.lock:
            self.disturb()
            self.soak.repeats(self)
            try:
                getattr(self, name)(choice)
            finally:
                self.disturb()

    def kill(self, choice):
        self.kobel.kill()
        time.sleep(choice)
        self.kobel.start()

    def stop_in_order(self, choice):
        status = self.kobel.stop()
        if status != 0:
            raise Wrong(f"{self.name} ended with {status} when it was told to stop")
        if self.kobel.java_processes():
            raise Wrong(f"{self.name} left processes when it was told to stop")
        time.sleep(choice)
        self.kobel.start()

    def halt(self, choice):
        self.kobel.process.send_signal(signal.SIGSTOP)
        time.sleep(1 + 9 * choice)
        self.kobel.process.send_signal(signal.SIGCONT)

    def jump(self, choice):
        minutes = 1 + int(120 * choice ** 3)
        request = urllib.request.Request(f"{self.kobel.url}/kobel/v1/clock", data=json.dumps({"advance": f"{minutes}m"}).encode())
        urllib.request.urlopen(request, timeout=PATIENCE_S).close()

    def fill_the_disk(self, choice):
        filler = self.disk / "filler"
        silent = [one.counts for one in self.soak.all if one.daemon is self and one.counts is not None]
        for counts in silent:
            counts.begin_silence()
        try:
            with open(filler, "wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 65536)
        except OSError:
            pass
        time.sleep(2 + 6 * choice)
        filler.unlink()
        for counts in silent:
            counts.end_silence()

    def hold_a_process(self, one, seconds):
        pids = self.kobel.java_pids(b"org.apache.flink", f"/apps/{os.path.basename(one.counts.directory)}/")
        if not pids:
            return
        pid = sorted(pids)[one.random.randrange(len(pids))]
        try:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass  # it was taken for dead

    def look(self):
        """What it holds."""
        if self.kobel.process.poll() is not None:
            raise Wrong(f"{self.name} has ended with {self.kobel.process.returncode}: {self.end_of_log()}")
        pid = self.kobel.process.pid
        mb = resident_kb(pid) / 1024
        held = {"memory MB": mb, "descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": len(os.listdir(f"/proc/{pid}/task")),
                "files": sum(len(files) for _, _, files in os.walk(self.disk / "data")), "java": len(self.kobel.java_processes())}
        self.first_mb = self.first_mb or mb
        self.most = {name: max(value, held[name]) for name, value in self.most.items()}
        self.tell(", ".join(f"{value:.0f} {name}" for name, value in held.items()))
        if mb > MEMORY_MAX_MB or held["descriptors"] > DESCRIPTORS_MAX or held["threads"] > THREADS_MAX:
            raise Wrong(f"{self.name} holds {held}")

    def end_of_log(self, lines=40):
        with open(os.path.join(self.kobel.data, "daemon.log"), errors="replace") as file:
            return "".join(file.readlines()[-lines:])


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

    def tell(self, who, text):
        elapsed = int(time.monotonic() - self.began)
        print(f"{elapsed // 60:3}:{elapsed % 60:02}  {who:8} {text}", flush=True)

    def fail(self, who, text):
        with self.lock:
            self.wrong.append((who, text))
        self.tell(who, f"WRONG: {text}")

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
        """A thread whose end by mistake ends the soak."""
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

    def play(self, waiting, state):
        """Takes the application that has waited for longest through a life, again and again."""
        while not self.is_time():
            one = state["one"] = waiting.get()
            one.live()
            waiting.put(one)

    def trouble(self, daemon):
        while not self.is_time():
            wait_s = daemon.random.uniform(15, 60)
            deadline = time.monotonic() + wait_s
            while time.monotonic() < deadline and not self.is_time():
                time.sleep(0.5)
            if not self.is_time():
                daemon.happen()

    def look(self):
        while not self.is_time():
            for _ in range(LOOK_EVERY_S * 2):
                if self.is_time():
                    return
                time.sleep(0.5)
            for daemon in self.daemons:
                with daemon.lock:
                    daemon.look()

    def run(self, applications, at_once):
        jars = self.work / "jars"
        jars.mkdir()
        build_jars(runtime_directory(), jars)
        built = {jar.stem: str(jar) for jar in jars.glob("*.jar")}
        self.daemons = [Daemon("left", self.work, self, "--spares", "0"), Daemon("right", self.work, self, "--spares", "1")]
        if not all(daemon.is_small for daemon in self.daemons):
            self.tell("soak", "no small file system can be mounted here: full disks are not tried")
        self.all = [Soaked(self.daemons[index % 2], index, built, self.seed, self.tell) for index in range(applications)]
        waiting = queue.Queue()
        for one in self.all:
            waiting.put(one)
        Watcher(self.all, lambda: self.is_ending).start()
        threads = [self.guarded(lambda daemon=daemon: daemon.name, lambda daemon=daemon: self.trouble(daemon)) for daemon in self.daemons]
        threads.append(self.guarded(lambda: "soak", self.look))
        for _ in range(at_once):
            state = {}
            threads.append(self.guarded(lambda state=state: state["one"].name if state else "soak",
                                        lambda state=state: self.play(waiting, state)))
        for thread in threads:
            thread.join()

    # --- the end ---

    def end(self):
        """Everything is deleted; nothing may be left."""
        for one in self.all:
            if one.counts is not None:
                one.settle()
                one.delete(0)
        for daemon in self.daemons:
            left = sorted(os.listdir(os.path.join(daemon.kobel.data, "apps")))
            if left:
                raise Wrong(f"{daemon.name}: directories of deleted applications are left: {left}")
            daemon.look()
        for daemon in self.daemons:
            status = daemon.kobel.stop()
            if status != 0 or daemon.kobel.java_processes():
                raise Wrong(f"{daemon.name} ended with {status} and left {daemon.kobel.java_processes()}")
            checked = subprocess.run(["python3", "-c", "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('pragma integrity_check').fetchone()[0])",
                                      os.path.join(daemon.kobel.data, "kobel.db")], capture_output=True, text=True).stdout.strip()
            if checked != "ok":
                raise Wrong(f"{daemon.name}: the database is damaged: {checked}")

    def dump(self):
        """What may explain what is wrong."""
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
                print(f"=== {one.name} as the daemon sees it\n{json.dumps(one.show(), indent=2)}")
                with urllib.request.urlopen(f"{one.daemon.kobel.url}/kobel/v1/applications/{one.name}/events?limit=1000", timeout=30) as answer:
                    for event in json.load(answer)["events"][-40:]:
                        print(f"    {json.dumps(event)}")
            except (OSError, Wrong, BotoCoreError) as error:
                print(f"    the daemon does not answer: {error}")

    def keep(self):
        """The data of a soak that failed, outside of what is unmounted."""
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
    signal.signal(signal.SIGTERM, lambda *_: soak.fail("soak", "it was told to end"))
    try:
        soak.run(options.applications, options.at_once)
        if not soak.wrong:
            soak.tell("soak", "the end: everything is deleted")
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
