"""An application of a soak: it makes the moves that its seed chooses, and is checked after each."""

import os
import random
import sqlite3
import threading
import time
import urllib.error

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from common import ask
from soak_counts import Counts, wait_for_count
from soak_moves import PATIENCE_S, WEIGHTS, Moves, Wrong
from soak_snapshots import OfTheAccount, OfTheApplication

from kobel import SETTLED, Application

# For so long after a fault a move may fail because of it.
AFTERMATH_S = 60
# Refusals because of the status of the application, which changes.
TRANSIENT = ("ResourceInUseException", "ConcurrentModificationException", "InvalidRequestException", "InvalidArgumentException", "LimitExceededException")


class Soaked(Moves):
    """An application of a soak. It repeats: create, start, some moves, stop or delete."""

    def __init__(self, daemon, index, jars, seed, report):
        self.daemon, self.jars, self.seed, self.report = daemon, jars, seed, report
        self.index = index
        self.name = f"{daemon.name}-{index}"
        self.application = Application(daemon.kobel, self.name)
        self.counts = None
        # Both daemons have applications of both kinds.
        self.is_enhanced = index // 2 % 2 == 1
        self.system = (OfTheAccount if self.is_enhanced else OfTheApplication)(self)
        self.lives = 0
        self.snapshots = {}  # by name: the count at the request
        self.has_restored = False  # the user chose what the job starts from
        self.since_restore = set()  # names of the snapshots since then
        self.disturbed_at = 0.0
        self.moves = {}  # their number, by name

    # --- requests ---

    def call(self, what, *arguments, **named):
        """A request: an operation by its name, or a function. Repeated while no daemon answers. None: it was refused, which is allowed
        only after a fault or because of the status."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                # Another daemon has another port, and so another client.
                function = getattr(self.application.client, what) if isinstance(what, str) else what
                return function(*arguments, **named)
            except ClientError as error:
                self.check_refusal(error)
                return None
            except ParamValidationError:
                raise
            # On a full disk this process cannot write either.
            except (BotoCoreError, OSError, urllib.error.URLError, sqlite3.Error) as error:
                self.disturb()
                if time.monotonic() > deadline:
                    raise Wrong(f"no answer for {PATIENCE_S} s: {error}") from error
                time.sleep(0.3)

    def check_refusal(self, error):
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        self.report(self.name, f"refused: {code}: {error.response['Error'].get('Message', '')[:120]}")
        if not self.is_disturbed() and (status >= 500 or code not in TRANSIENT):
            raise Wrong(f"refused with {status} {code}: {error}")

    def disturb(self):
        self.disturbed_at = time.monotonic()

    def is_disturbed(self):
        return time.monotonic() - max(self.disturbed_at, self.daemon.disturbed_at) < AFTERMATH_S

    def show(self):
        return self.call(ask, self.application, "") or {}

    def settle(self):
        """Waits until it is READY or RUNNING. Another status must end in time."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            status = (self.call(self.application.describe) or {}).get("ApplicationStatus")
            if status in SETTLED:
                return status
            # Faults meanwhile give it more time.
            if time.monotonic() > max(deadline, self.daemon.disturbed_at + PATIENCE_S):
                raise Wrong(f"{status} for {PATIENCE_S} s")
            if self.daemon.is_over():
                return status
            time.sleep(0.2)

    # --- a life ---

    def live(self):
        """Starts it, makes some moves and stops it, by the choices of the seed."""
        self.lives += 1
        self.random = random.Random(f"{self.seed}/{self.name}/{self.lives}")
        self.create()
        self.start()
        for _ in range(self.random.randint(2, 5)):
            move = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            self.do(move)
        self.do(self.random.choices(["stop", "stop_by_force", "delete"], [5, 2, 2])[0])

    def do(self, name):
        """Makes a move and checks the result."""
        # Chosen first, so that the sequence of choices depends on the seed alone.
        choice = self.random.random()
        is_end = name in ("stop", "stop_by_force", "delete")
        if self.daemon.is_over() and not is_end or self.counts is None:
            return
        if not is_end and self.settle() != "RUNNING":
            return
        self.report(self.name, name.replace("_", " "))
        self.moves[name] = self.moves.get(name, 0) + 1
        getattr(self, name)(choice)
        if self.counts is None:
            return
        status = self.settle()
        self.counts.end_restore()
        self.check(name, status, "READY" if is_end else "RUNNING")

    def check(self, name, status, wanted):
        if self.daemon.is_over():
            return
        if status != wanted and not self.is_disturbed():
            raise Wrong(f"after {name} it is {status}, not {wanted}: {self.failure()}")
        if status != wanted:
            self.report(self.name, f"after {name} it is {status}: {self.failure()}")
        if status == "RUNNING":
            before = self.counts.last()
            counted = wait_for_count(self.counts, before, PATIENCE_S, self.is_ready)
            if not counted and not self.daemon.is_over() and not self.is_ready():
                raise Wrong(f"after {name} the count stays at {before}")
        self.check_counts()
        self.check_snapshots()
        if not self.is_disturbed():
            self.counts.forbid_repeats()

    def is_ready(self):
        return self.daemon.is_over() or self.show().get("status") == "READY"

    def check_counts(self):
        self.counts.read()
        wrong = self.counts.check()
        if wrong:
            raise Wrong("; ".join(wrong))

    def failure(self):
        operations = self.call("list_application_operations", ApplicationName=self.name, Limit=1)
        newest = (operations or {}).get("ApplicationOperationInfoList") or [None]
        if newest[0] is None:
            return "no operation"
        detail = self.call(self.application.operation, newest[0]["OperationId"]) or {}
        text = detail.get("OperationFailureDetails", {}).get("ErrorInfo", {}).get("ErrorString", "")
        return f"{detail.get('Operation')} {detail.get('OperationStatus')} {text[:300]}"

    def check_snapshots(self):
        """A snapshot that was READY is listed and on disk until it is deleted."""
        listed = self.system.listed()
        if listed is None:
            return
        for name in self.snapshots:
            if listed.get(name) != "READY":
                raise Wrong(f"snapshot {name} was READY and is {listed.get(name, 'gone')}")
        for name, location in self.call(self.system.locations):
            if listed.get(name) == "READY" and not os.path.exists(os.path.join(location.removeprefix("file:"), "_metadata")):
                raise Wrong(f"snapshot {name} is READY, and {location} has no metadata")

    # --- create, start, stop, delete ---

    def create(self):
        self.application.kobel = self.daemon.kobel
        if self.counts is not None or self.daemon.is_over():
            return
        # No autoscaling: only the seed chooses moves.
        flink = {"ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 1, "AutoScalingEnabled": False},
                 "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}}
        # Repeated where it was refused, as on a full disk, and does not exist.
        while self.call(self.application.create, self.jars["Counting"], "created", FlinkApplicationConfiguration=flink,
                        **self.system.configuration) is None:
            if self.call(self.application.describe) is not None:
                break
            time.sleep(1)
        shown = self.show()
        if "id" not in shown:
            raise Wrong("it was created and does not exist")
        self.snapshots = {}
        self.has_restored = False
        self.since_restore = set()
        self.counts = Counts(os.path.join(self.daemon.kobel.data, "apps", shown["id"]))

    def start(self):
        kind = self.random.choices(["latest", "skip", "snapshot"], [6, 1, 1])[0]
        name = self.random.random()
        if self.daemon.is_over() or self.settle() != "READY":
            return
        restore = self.restore_of(kind, name)
        self.report(self.name, f"start, {restore['ApplicationRestoreType']}")
        self.counts.allow_repeats()
        # A job that is stopped before its first restore point leaves those of the sequence before the restore.
        if self.has_restored:
            self.counts.begin_jump()
        self.call("start_application", ApplicationName=self.name,
                  RunConfiguration={"ApplicationRestoreConfiguration": restore})
        status = self.settle()
        self.counts.end_restore()
        self.check("start", status, "RUNNING")

    def note_restore(self):
        self.has_restored = True
        self.since_restore = set()

    def restore_of(self, kind, choice):
        names = sorted(self.snapshots)
        if kind == "snapshot" and names:
            name = names[int(choice * len(names))]
            self.note_restore()
            self.counts.begin_restore(self.snapshots[name], f"snapshot {name}")
            return {"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", **self.system.restore_of(name)}
        if kind == "skip":
            self.note_restore()
            self.counts.begin_restore(0, "nothing")
            return {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}
        return {"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"}

    def stop(self, _):
        self.call("stop_application", ApplicationName=self.name)

    def stop_by_force(self, _):
        self.counts.allow_repeats()
        self.call("stop_application", ApplicationName=self.name, Force=True)

    def delete(self, _):
        self.call("stop_application", ApplicationName=self.name, Force=True)
        if self.settle() != "READY":
            return
        self.check_counts()
        described = self.call(self.application.describe)
        if described is None:
            return
        deadline = time.monotonic() + PATIENCE_S
        self.call("delete_application", ApplicationName=self.name, CreateTimestamp=described["CreateTimestamp"])
        while not self.call(self.application.is_gone):
            if time.monotonic() > deadline:
                raise Wrong("it is not deleted")
            time.sleep(0.2)
            # Repeated where it was refused, as on a full disk; it may be deleted already.
            if self.is_disturbed():
                self.call("delete_application", ApplicationName=self.name, CreateTimestamp=described["CreateTimestamp"])
        self.system.clear()
        self.counts = None


class Watcher(threading.Thread):
    """Reads the output of the jobs and the recorded checkpoints all the time, before a log is removed."""

    def __init__(self, applications, is_over):
        super().__init__(daemon=True)
        self.applications, self.is_over = applications, is_over

    def run(self):
        while not self.is_over():
            for one in self.applications:
                counts = one.counts
                if counts is None:
                    continue
                counts.read()
                try:
                    counts.note_checkpoint(ask(one.application, "").get("lastCheckpoint"))
                except (OSError, ValueError):
                    pass  # no daemon answers
            time.sleep(1)
