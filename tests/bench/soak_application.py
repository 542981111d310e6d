"""One application of a soak: lives of moves that its seed has chosen, and what has to be true after each."""

import os
import random
import sqlite3
import threading
import time
import urllib.error

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from common import ask
from soak_counts import Counts, wait_for_count

from kobel import SETTLED, Application

# A busy machine may take its time; what takes longer has no end.
PATIENCE_S = 400
# How long after something went wrong on purpose a move may fail of it.
AFTERMATH_S = 60
# What is refused for what the application is doing just now, or was not answered.
TRANSIENT = ("ResourceInUseException", "ConcurrentModificationException", "InvalidRequestException", "InvalidArgumentException", "LimitExceededException")


class Wrong(Exception):
    """Something that must not happen."""


class Soaked:
    def __init__(self, daemon, index, jars, seed, tell):
        self.daemon, self.jars, self.seed, self.tell = daemon, jars, seed, tell
        self.index = index
        self.name = f"{daemon.name}-{index}"
        self.application = Application(daemon.kobel, self.name)
        self.counts = None
        self.lives = 0
        self.snapshots = {}  # by name: what had been counted when it was asked for
        self.has_restored = False  # the job was told what to start from
        self.since_restore = set()  # names of those that were taken since then
        self.disturbed_at = 0.0
        self.moves = {}  # by name: how many

    # --- asking ---

    def call(self, what, *arguments, **named):
        """A request, an operation's name or a function, that is asked again while the daemon is away. None: it was refused, which is
        right only when something is wrong."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                # A daemon that was started again has another port, and so another client.
                function = getattr(self.application.client, what) if isinstance(what, str) else what
                return function(*arguments, **named)
            except ClientError as error:
                self.judge_refusal(error)
                return None
            except ParamValidationError:
                raise
            # The disk may be full for what this process writes there, too.
            except (BotoCoreError, OSError, urllib.error.URLError, sqlite3.Error) as error:
                self.disturb()
                if time.monotonic() > deadline:
                    raise Wrong(f"no answer for {PATIENCE_S} s: {error}") from error
                time.sleep(0.3)

    def judge_refusal(self, error):
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        self.tell(self.name, f"refused: {code}: {error.response['Error'].get('Message', '')[:120]}")
        if not self.is_disturbed() and (status >= 500 or code not in TRANSIENT):
            raise Wrong(f"refused with {status} {code}: {error}")

    def disturb(self):
        self.disturbed_at = time.monotonic()

    def is_disturbed(self):
        return time.monotonic() - max(self.disturbed_at, self.daemon.disturbed_at) < AFTERMATH_S

    def show(self):
        return self.call(ask, self.application, "") or {}

    def settle(self):
        """Waits for a status that lasts; a status without end is wrong."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            status = (self.call(self.application.describe) or {}).get("ApplicationStatus")
            if status in SETTLED:
                return status
            # What goes wrong again and again meanwhile is no status without end.
            if time.monotonic() > max(deadline, self.daemon.disturbed_at + PATIENCE_S):
                raise Wrong(f"{status} for {PATIENCE_S} s")
            if self.daemon.is_over():
                return status
            time.sleep(0.2)

    # --- a life ---

    def live(self):
        """From wherever it is to rest again, by the choices of this life's seed."""
        self.lives += 1
        self.random = random.Random(f"{self.seed}/{self.name}/{self.lives}")
        self.create()
        self.start()
        for _ in range(self.random.randint(2, 5)):
            move = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            self.do(move)
        self.do(self.random.choices(["stop", "stop_by_force", "delete"], [5, 2, 2])[0])

    def do(self, name):
        """A move, and what has to be true after it."""
        # Chosen before it is known whether there is anything to do.
        choice = self.random.random()
        is_end = name in ("stop", "stop_by_force", "delete")
        if self.daemon.is_over() and not is_end or self.counts is None:
            return
        if not is_end and self.settle() != "RUNNING":
            return
        self.tell(self.name, name.replace("_", " "))
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
            self.tell(self.name, f"after {name} it is {status}: {self.failure()}")
        if status == "RUNNING":
            before = self.counts.last()
            counted = wait_for_count(self.counts, before, PATIENCE_S, self.is_at_rest)
            if not counted and not self.daemon.is_over() and not self.is_at_rest():
                raise Wrong(f"after {name} it counts no further than {before}")
        self.judge()
        self.check_snapshots()
        if not self.is_disturbed():
            self.counts.forbid_repeats()

    def is_at_rest(self):
        return self.daemon.is_over() or self.show().get("status") == "READY"

    def judge(self):
        self.counts.read()
        wrong = self.counts.judge()
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
        """A snapshot that was READY is listed and on disk until somebody deletes it."""
        pages = self.call(lambda: list(self.application.client.get_paginator("list_application_snapshots").paginate(ApplicationName=self.name)))
        if pages is None:
            return
        listed = {one["SnapshotName"]: one["SnapshotStatus"] for page in pages for one in page["SnapshotSummaries"]}
        for name in self.snapshots:
            if listed.get(name) != "READY":
                raise Wrong(f"snapshot {name} was READY and is {listed.get(name, 'gone')}")
        # An automatic one may be a checkpoint that is kept.
        for name, location in self.call(self.locations):
            if listed.get(name) == "READY" and not os.path.exists(os.path.join(location.removeprefix("file:"), "_metadata")):
                raise Wrong(f"snapshot {name} is READY, and there is nothing in {location}")

    def locations(self):
        database = sqlite3.connect(f"file:{self.daemon.kobel.data}/kobel.db?mode=ro", uri=True, timeout=PATIENCE_S)
        try:
            return database.execute("SELECT name, location FROM snapshot WHERE app_id = ?", (os.path.basename(self.counts.directory),)).fetchall()
        finally:
            database.close()

    # --- ends and beginnings ---

    def create(self):
        self.application.kobel = self.daemon.kobel
        if self.counts is not None or self.daemon.is_over():
            return
        # Moves are those of the seed alone.
        flink = {"ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 1, "AutoScalingEnabled": False},
                 "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}}
        # Again where it was refused, as on a full disk, and is not there all the same.
        while self.call(self.application.create, self.jars["Counting"], "created", FlinkApplicationConfiguration=flink) is None:
            if self.call(self.application.describe) is not None:
                break
            time.sleep(1)
        shown = self.show()
        if "id" not in shown:
            raise Wrong("it was created and is not there")
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
        self.tell(self.name, f"start, {restore['ApplicationRestoreType']}")
        self.counts.allow_repeats()
        # A job that was stopped before its first restore point leaves those of another line.
        if self.has_restored:
            self.counts.begin_jump()
        self.call("start_application", ApplicationName=self.name,
                  RunConfiguration={"ApplicationRestoreConfiguration": restore})
        status = self.settle()
        self.counts.end_restore()
        self.check("start", status, "RUNNING")

    def begin_line(self):
        self.has_restored = True
        self.since_restore = set()

    def restore_of(self, kind, choice):
        names = sorted(self.snapshots)
        if kind == "snapshot" and names:
            name = names[int(choice * len(names))]
            self.begin_line()
            self.counts.begin_restore(self.snapshots[name], f"snapshot {name}")
            return {"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": name}
        if kind == "skip":
            self.begin_line()
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
        self.judge()
        described = self.call(self.application.describe)
        if described is None:
            return
        deadline = time.monotonic() + PATIENCE_S
        self.call("delete_application", ApplicationName=self.name, CreateTimestamp=described["CreateTimestamp"])
        while not self.call(self.application.is_gone):
            if time.monotonic() > deadline:
                raise Wrong("it is not deleted")
            time.sleep(0.2)
            # Again where it was refused, as on a full disk; it may be gone by then.
            if self.is_disturbed():
                self.call("delete_application", ApplicationName=self.name, CreateTimestamp=described["CreateTimestamp"])
        self.counts = None

    # --- moves of a running application ---

    def wait_a_while(self, choice):
        time.sleep(1 + 5 * choice)

    def snapshot(self, choice):
        name = f"s{self.lives}-{int(choice * 1e6)}"
        self.counts.read()
        counted = self.counts.last()
        if self.call("create_application_snapshot", ApplicationName=self.name, SnapshotName=name) is None:
            return
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = self.call("describe_application_snapshot", ApplicationName=self.name, SnapshotName=name)
            status = (answer or {}).get("SnapshotDetails", {}).get("SnapshotStatus")
            if status in ("READY", "FAILED", None):
                break
            if time.monotonic() > deadline:
                raise Wrong(f"snapshot {name} is {status} for {PATIENCE_S} s")
            time.sleep(0.2)
        if status == "READY":
            # A recovery goes on from the newest checkpoint, as Flink's own does: it may be a little older.
            self.snapshots[name] = counted
            self.since_restore.add(name)
        elif not self.is_disturbed():
            raise Wrong(f"snapshot {name} is {status}")

    def delete_snapshot(self, choice):
        names = sorted(self.snapshots)
        if len(names) < 2:
            return
        name = names[int(choice * len(names))]
        answer = self.call("describe_application_snapshot", ApplicationName=self.name, SnapshotName=name)
        if answer is None:
            return
        self.call("delete_application_snapshot", ApplicationName=self.name, SnapshotName=name,
                  SnapshotCreationTimestamp=answer["SnapshotDetails"]["SnapshotCreationTimestamp"])
        del self.snapshots[name]
        self.since_restore.discard(name)

    def update(self, **arguments):
        return self.call(self.application.update, **arguments)

    def update_properties(self, choice):
        self.update(ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": self.application.properties(f"label{int(choice * 1e6)}")})

    def new_code(self, program):
        return self.call(self.application.new_code, self.jars[program])

    def update_code(self, _):
        self.update(ApplicationConfigurationUpdate=self.new_code("Counting"))

    def scale(self, choice):
        self.update(ApplicationConfigurationUpdate={"FlinkApplicationConfigurationUpdate": {"ParallelismConfigurationUpdate": {
            "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": 1 + int(choice * 3), "ParallelismPerKPUUpdate": 1,
            "AutoScalingEnabledUpdate": False}}})

    def update_that_fails(self, _):
        self.update(ApplicationConfigurationUpdate={**self.new_code("Throws"),
                                                    "ApplicationSystemRollbackConfigurationUpdate": {"RollbackEnabledUpdate": True}})

    def update_that_restores(self, choice):
        kind = "skip" if choice < 0.3 else "snapshot"
        restore = self.restore_of(kind, choice)
        self.update(RunConfigurationUpdate={"ApplicationRestoreConfiguration": restore})

    def roll_back(self, _):
        described = self.call(self.application.describe)
        if described is None or described["ApplicationVersionId"] < 2:
            return
        # It goes on from the newest snapshot. Where that is from before a restore, it may have counted further than the job has.
        if self.has_restored and not self.since_restore:
            return
        # Older than the newest checkpoint it may be, too.
        floor = max((self.snapshots[name] for name in self.since_restore), default=0)
        self.counts.begin_restore(floor, "the newest snapshot by hand")
        self.call("rollback_application", ApplicationName=self.name, CurrentApplicationVersionId=described["ApplicationVersionId"])

    # --- what goes wrong on purpose ---

    def fault(self, kind, **more):
        self.disturb()
        self.counts.allow_repeats()
        try:
            ask(self.application, "/faults", {"fault": kind, **more})
        except (urllib.error.URLError, OSError) as error:
            # It does not run just now, or the daemon was killed.
            self.tell(self.name, f"{kind} finds nothing: {error}")

    def kill_jobmanager(self, _):
        self.fault("kill-jobmanager")

    def kill_taskmanager(self, _):
        self.fault("kill-taskmanager")

    def kill_in_the_middle_of_an_update(self, choice):
        self.update_properties(choice)
        time.sleep(3 * choice)
        self.fault("kill-jobmanager" if choice < 0.5 else "kill-taskmanager")

    def fail_savepoint(self, choice):
        self.fault("fail-savepoint")
        self.snapshot(choice) if choice < 0.5 else self.update_properties(choice)

    def refuse_launch(self, choice):
        self.fault("refuse-launch")
        self.update_properties(choice)

    def delay(self, choice):
        self.fault("delay", **{"for": "3s"})
        self.update_properties(choice)

    def stop_a_process(self, choice):
        """SIGSTOP: short, so that nobody notices, or for longer than Flink waits."""
        self.disturb()
        self.counts.allow_repeats()
        self.daemon.hold_a_process(self, 40 if choice < 0.2 else 5 * choice)


WEIGHTS = {
    "wait_a_while": 2, "snapshot": 4, "delete_snapshot": 2, "update_properties": 4, "update_code": 3, "scale": 4, "update_that_fails": 2,
    "update_that_restores": 2, "roll_back": 2, "kill_jobmanager": 2, "kill_taskmanager": 2, "kill_in_the_middle_of_an_update": 2,
    "fail_savepoint": 2, "refuse_launch": 1, "delay": 1, "stop_a_process": 2,
}


class Watcher(threading.Thread):
    """Reads what is printed and which checkpoints are on record, so that nothing is missed when a log goes."""

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
                    pass  # the daemon is away
            time.sleep(1)
