"""A daemon of a soak: it is killed, stopped and halted, its clock is advanced, its disk is filled, and it is measured."""

import os
import random
import signal
import threading
import time

from common import resident_kb
from soak_moves import Wrong

from kobel import Kobel

# The most that a daemon with five applications may hold.
MEMORY_MAX_MB, DESCRIPTORS_MAX, THREADS_MAX = 80, 200, 8


class Daemon:
    """One of the two daemons, and the faults that concern all of it."""

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

    def report(self, text):
        self.soak.report(self.name, text)

    def disturb(self):
        self.disturbed_at = time.monotonic()

    def do_next(self):
        """Makes a fault that the seed chooses."""
        names = ["kill", "stop", "halt", "advance_the_clock"] + ["fill_the_disk"] * 2
        name, choice = self.random.choice(names), self.random.random()
        if name == "fill_the_disk" and not self.is_small:
            name = "kill"
        self.report(f"*** {name.replace('_', ' ')}")
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

    def stop(self, choice):
        status = self.kobel.stop()
        if status != 0:
            raise Wrong(f"{self.name} ended with {status} after SIGTERM")
        if self.kobel.java_processes():
            raise Wrong(f"{self.name} left processes after SIGTERM")
        time.sleep(choice)
        self.kobel.start()

    def halt(self, choice):
        self.kobel.process.send_signal(signal.SIGSTOP)
        time.sleep(1 + 9 * choice)
        self.kobel.process.send_signal(signal.SIGCONT)

    def advance_the_clock(self, choice):
        minutes = 1 + int(120 * choice ** 3)
        assert self.kobel.ask("/kobel/v1/clock", {"advance": f"{minutes}m"})[0] == 200

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

    def halt_a_process(self, one, seconds):
        pids = self.kobel.java_pids(b"org.apache.flink", f"/apps/{os.path.basename(one.counts.directory)}/")
        if not pids:
            return
        pid = sorted(pids)[one.random.randrange(len(pids))]
        try:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass  # kobel or Flink has given it up

    def measure(self):
        """Reports what the daemon holds, and checks the limits."""
        if self.kobel.process.poll() is not None:
            raise Wrong(f"{self.name} has ended with {self.kobel.process.returncode}: {self.end_of_log()}")
        pid = self.kobel.process.pid
        mb = resident_kb(pid) / 1024
        held = {"memory MB": mb, "descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": len(os.listdir(f"/proc/{pid}/task")),
                "files": sum(len(files) for _, _, files in os.walk(self.disk / "data")), "java": len(self.kobel.java_processes())}
        self.first_mb = self.first_mb or mb
        self.most = {name: max(value, held[name]) for name, value in self.most.items()}
        self.report(", ".join(f"{value:.0f} {name}" for name, value in held.items()))
        if mb > MEMORY_MAX_MB or held["descriptors"] > DESCRIPTORS_MAX or held["threads"] > THREADS_MAX:
            raise Wrong(f"{self.name} holds {held}")

    def end_of_log(self, lines=40):
        with open(os.path.join(self.kobel.data, "daemon.log"), errors="replace") as file:
            return "".join(file.readlines()[-lines:])
