"""The moves of a soak: what users do with a running application, and faults that are injected."""

import time
import urllib.error

from common import ask

# A busy machine is slow; a wait that exceeds this never ends.
PATIENCE_S = 400


class Wrong(Exception):
    """Something that must not happen."""


class Moves:
    """Part of soak_application.Soaked. `choice`: a number from 0 to 1 that the seed has chosen."""

    def wait_a_while(self, choice):
        time.sleep(1 + 5 * choice)

    def snapshot(self, choice):
        name = f"s{self.lives}-{int(choice * 1e6)}"
        self.counts.read()
        counted = self.counts.last()
        if self.system.request(name) is None:
            return
        deadline = time.monotonic() + PATIENCE_S
        while True:
            status = self.system.describe(name).get("SnapshotStatus")
            if status in ("READY", "FAILED", None):
                break
            if time.monotonic() > deadline:
                raise Wrong(f"snapshot {name} is {status} for {PATIENCE_S} s")
            time.sleep(0.2)
        if status == "READY":
            # A recovery restores the newest checkpoint, which may be a little older.
            self.snapshots[name] = counted
            self.since_restore.add(name)
        elif not self.is_disturbed():
            raise Wrong(f"snapshot {name} is {status}")

    def delete_snapshot(self, choice):
        names = sorted(self.snapshots)
        if len(names) < 2:
            return
        name = names[int(choice * len(names))]
        created = self.system.describe(name).get("SnapshotCreationTimestamp")
        if created is None:
            return
        self.system.delete(name, created)
        del self.snapshots[name]
        self.since_restore.discard(name)

    def copy_snapshot(self, choice):
        """To a bucket and back."""
        names = sorted(self.snapshots)
        if not names or not self.is_enhanced:
            return
        name, to = names[int(choice * len(names))], f"c{self.lives}-{int(choice * 1e6)}"
        if to not in self.snapshots and self.system.copy(name, to):
            self.snapshots[to] = self.snapshots[name]

    def maintain(self, _):
        try:
            ask(self.application, "/maintenance", {})
        except (urllib.error.URLError, OSError) as error:
            self.report(self.name, f"maintenance was refused: {error}")

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
        # It restores the newest snapshot. One from before a restore may have a higher count than the job.
        if self.has_restored and not self.since_restore:
            return
        # The snapshot may be older than the newest checkpoint.
        floor = max((self.snapshots[name] for name in self.since_restore), default=0)
        self.counts.begin_restore(floor, "the newest snapshot by hand")
        self.call("rollback_application", ApplicationName=self.name, CurrentApplicationVersionId=described["ApplicationVersionId"])

    # --- faults ---

    def fault(self, kind, **more):
        self.disturb()
        self.counts.allow_repeats()
        try:
            ask(self.application, "/faults", {"fault": kind, **more})
        except (urllib.error.URLError, OSError) as error:
            # It does not run now, or the daemon was killed.
            self.report(self.name, f"{kind} was not injected: {error}")

    def kill_jobmanager(self, _):
        self.fault("kill-jobmanager")

    def kill_taskmanager(self, _):
        self.fault("kill-taskmanager")

    def kill_during_an_update(self, choice):
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

    def halt_a_process(self, choice):
        """SIGSTOP, for less or for more than the time after which Flink gives up a process."""
        self.disturb()
        self.counts.allow_repeats()
        self.daemon.halt_a_process(self, 40 if choice < 0.2 else 5 * choice)


# How often each move is chosen.
WEIGHTS = {
    "wait_a_while": 2, "snapshot": 4, "delete_snapshot": 2, "copy_snapshot": 3, "maintain": 2, "update_properties": 4, "update_code": 3,
    "scale": 4, "update_that_fails": 2, "update_that_restores": 2, "roll_back": 2, "kill_jobmanager": 2, "kill_taskmanager": 2, "kill_during_an_update": 2,
    "fail_savepoint": 2, "refuse_launch": 1, "delay": 1, "halt_a_process": 2,
}
