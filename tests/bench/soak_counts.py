"""What the jobs of a soak have printed, read as it grows, and whether the counts are right."""

import bisect
import glob
import os
import re
import threading
import time

LINE = re.compile(rb"\S+ count=(\d+) at=(\d+)\n")


class Range:
    """Counts without a gap that one attempt of a job has printed."""

    def __init__(self, path, inode, count, at_ms):
        self.path, self.inode = path, inode
        self.first = self.last = count
        self.begin_ms = self.end_ms = at_ms

    def __str__(self):
        return f"{self.first} to {self.last} ({self.begin_ms} to {self.end_ms} ms) in {'/'.join(self.path.split('/')[-4:])}"


class Counts:
    """All ranges of one application since it was created. What may come next is told beforehand: from where a restore has to go on,
    and whether what was counted may be counted again."""

    def __init__(self, directory):
        self.directory = directory
        self.lock = threading.Lock()
        self.offsets = {}
        self.ranges = []
        self.samples = []  # (milliseconds, count), a few a second
        self.floors = []  # (milliseconds, count, what keeps it): every job that begins later knows as many
        self.silences = []  # [from, until] in milliseconds: what is printed meanwhile may be nowhere
        self.jumps = []  # [from, until] in milliseconds: a job that begins meanwhile may have counted further than the one before
        self.may_repeat = True
        self.judged = 0
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
                # What was a spare has two names, one after the other.
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
        """What had been counted then, a few less at most."""
        place = bisect.bisect_right(self.samples, (at_ms, 0))
        return self.samples[place - 1][1] if place > 0 else 0

    # --- what is expected ---

    def note_checkpoint(self, path):
        """The newest one on record. Each begins after the one before was complete, and so has what was counted by then."""
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
        """The next job goes on from there, whatever the one before counts and keeps until then. That may be further than the one before
        has counted; its own recoveries until then know nothing of it."""
        with self.lock:
            is_ahead = bool(self.ranges) and count > self.ranges[-1].first
            self.floors = [(0, 0 if is_ahead else count, reason)]
            self.is_restoring = self.may_repeat = True
        self.begin_jump()

    def begin_jump(self):
        """Until the restore has ended."""
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
        """From here on every move takes the whole state along."""
        with self.lock:
            self.may_repeat = False

    def begin_silence(self):
        """What is printed from now on may be nowhere: there is no room for it."""
        with self.lock:
            self.silences.append([int(time.time() * 1000), float("inf")])

    def end_silence(self):
        with self.lock:
            self.silences[-1][1] = int(time.time() * 1000)

    # --- judging ---

    def judge(self):
        """What is wrong with ranges that were not looked at yet; those that were are not looked at again."""
        with self.lock:
            wrong = []
            while self.judged < len(self.ranges):
                if self.judged > 0:
                    wrong += self.compare(self.ranges[self.judged - 1], self.ranges[self.judged])
                elif self.ranges[0].first != 1:
                    wrong.append(f"the first count is {self.ranges[0].first}")
                self.judged += 1
            return wrong

    def compare(self, before, after):
        if after.begin_ms < before.end_ms:
            return [f"two jobs at once: {before}; {after}"]
        may_miss = any(begin <= after.begin_ms and end >= before.end_ms for begin, end in self.silences + self.jumps)
        if after.first > before.last + 1 and not may_miss:
            return [f"counts are missing: {before}; then {after}"]
        if after.first <= before.last and not self.may_repeat:
            return [f"counts were repeated though the state was taken along: {before}; then {after}"]
        floor, reason = max(((count, reason) for at_ms, count, reason in self.floors if at_ms < after.begin_ms), default=(0, "nothing"))
        if after.first <= min(floor, before.last):
            return [f"state was lost, {floor} were safe by {reason}: {before}; then {after}"]
        return []


def wait_for_count(counts, beyond, seconds, is_over=lambda: False):
    """Whether a count past that was printed in time."""
    deadline = time.monotonic() + seconds
    while counts.last() <= beyond:
        if time.monotonic() > deadline or is_over():
            return counts.last() > beyond
        time.sleep(0.2)
        counts.read()
    return True
