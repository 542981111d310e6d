"""Reads the counts that the jobs of a soak print, and checks that no count is lost or repeated."""

import bisect
import glob
import os
import re
import threading
import time

LINE = re.compile(rb"\S+ count=(\d+) at=(\d+)\n")


class Range:
    """Consecutive counts of one attempt of a job."""

    def __init__(self, path, inode, count, at_ms):
        self.path, self.inode = path, inode
        self.first = self.last = count
        self.begin_ms = self.end_ms = at_ms

    def __str__(self):
        return f"{self.first} to {self.last} ({self.begin_ms} to {self.end_ms} ms) in {'/'.join(self.path.split('/')[-4:])}"


class Counts:
    """All ranges of an application since its creation. Callers announce what may follow: from which count a restore has to continue, and
    whether counts may be repeated."""

    def __init__(self, directory):
        self.directory = directory
        self.lock = threading.Lock()
        self.offsets = {}
        self.ranges = []
        self.samples = []  # (milliseconds, count), a few a second
        self.floors = []  # (milliseconds, count, reason): every later job has at least this count
        self.silences = []  # [from, until] in milliseconds: output may be lost
        self.jumps = []  # [from, until] in milliseconds: a job may begin with a higher count than the one before
        self.may_repeat = True
        self.checked = 0
        self.checkpoint = None
        self.checkpoint_count = 0
        self.is_restoring = False

    # --- reading ---

    def read(self):
        with self.lock:
            found = glob.glob(os.path.join(self.directory, "clusters", "*", "log", "taskmanager-*.out"))
            for path in found:
                self.read_file(path)
            self.ranges.sort(key=lambda one: one.begin_ms)

    def read_file(self, path):
        try:
            with open(path, "rb") as file:
                # The directory of a claimed spare changes its name.
                inode = os.fstat(file.fileno()).st_ino
                file.seek(self.offsets.get(inode, 0))
                data = file.read()
        except OSError:
            return
        whole = data[:data.rfind(b"\n") + 1]
        self.offsets[inode] = self.offsets.get(inode, 0) + len(whole)
        current = next((one for one in reversed(self.ranges) if one.inode == inode), None)
        for found in LINE.finditer(whole):
            count, at_ms = int(found[1]), int(found[2])
            if current is not None and count == current.last + 1:
                current.last, current.end_ms = count, at_ms
            else:
                current = Range(path, inode, count, at_ms)
                self.ranges.append(current)
            if not self.samples or at_ms > self.samples[-1][0] + 200:
                self.samples.append((at_ms, count))
        if len(self.samples) > 5000:
            del self.samples[:2500]

    def last(self):
        with self.lock:
            return self.ranges[-1].last if self.ranges else 0

    def count_at(self, at_ms):
        """The count at a time, or a little less."""
        place = bisect.bisect_right(self.samples, (at_ms, 0))
        return self.samples[place - 1][1] if place > 0 else 0

    # --- expectations ---

    def note_checkpoint(self, path):
        """The newest recorded checkpoint. It began after the one before was complete, and so has at least the count of that time."""
        with self.lock:
            if self.is_restoring or not path or path == self.checkpoint:
                return
            try:
                complete_ms = int(os.stat(os.path.join(path.removeprefix("file://").replace("file:", ""), "_metadata")).st_mtime * 1000)
            except OSError:
                return
            is_same_job = self.checkpoint is not None and os.path.dirname(self.checkpoint) == os.path.dirname(path)
            if is_same_job:
                self.floors.append((complete_ms, self.checkpoint_count, f"checkpoint {path}"))
            self.checkpoint, self.checkpoint_count = path, self.count_at(complete_ms)

    def begin_restore(self, count, reason):
        """The next job continues from `count`, whatever the job before counts until then. It may be higher than the count of the job before,
        whose recoveries until then do not have it."""
        with self.lock:
            is_ahead = bool(self.ranges) and count > self.ranges[-1].first
            self.floors = [(0, 0 if is_ahead else count, reason)]
            self.is_restoring = self.may_repeat = True
        self.begin_jump()

    def begin_jump(self):
        """Begins a time that ends with the restore."""
        with self.lock:
            if not self.jumps or self.jumps[-1][1] < float("inf"):
                self.jumps.append([int(time.time() * 1000), float("inf")])

    def end_restore(self):
        with self.lock:
            self.checkpoint = None
            self.is_restoring = False
            if self.jumps:
                self.jumps[-1][1] = min(self.jumps[-1][1], int(time.time() * 1000))

    def allow_repeats(self):
        with self.lock:
            self.may_repeat = True

    def forbid_repeats(self):
        """From now on each move keeps the whole state."""
        with self.lock:
            self.may_repeat = False

    def begin_silence(self):
        """From now on output may be lost, as the disk is full."""
        with self.lock:
            self.silences.append([int(time.time() * 1000), float("inf")])

    def end_silence(self):
        with self.lock:
            self.silences[-1][1] = int(time.time() * 1000)

    # --- checks ---

    def check(self):
        """The faults of the ranges that were not checked yet."""
        with self.lock:
            wrong = []
            while self.checked < len(self.ranges):
                if self.checked > 0:
                    wrong += self.compare(self.ranges[self.checked - 1], self.ranges[self.checked])
                elif self.ranges[0].first != 1:
                    wrong.append(f"the first count is {self.ranges[0].first}")
                self.checked += 1
            return wrong

    def compare(self, before, after):
        if after.begin_ms < before.end_ms:
            return [f"two jobs at once: {before}; {after}"]
        may_miss = any(begin <= after.begin_ms and end >= before.end_ms for begin, end in self.silences + self.jumps)
        if after.first > before.last + 1 and not may_miss:
            return [f"counts are missing: {before}; then {after}"]
        if after.first <= before.last and not self.may_repeat:
            return [f"counts were repeated though the state was kept: {before}; then {after}"]
        floor, reason = max(((count, reason) for at_ms, count, reason in self.floors if at_ms < after.begin_ms), default=(0, "nothing"))
        if after.first <= min(floor, before.last):
            return [f"state was lost, {floor} were safe by {reason}: {before}; then {after}"]
        return []


def wait_for_count(counts, beyond, seconds, is_over=lambda: False):
    """Whether a count above `beyond` was printed in time."""
    deadline = time.monotonic() + seconds
    while counts.last() <= beyond:
        if time.monotonic() > deadline or is_over():
            return counts.last() > beyond
        time.sleep(0.2)
        counts.read()
    return True
