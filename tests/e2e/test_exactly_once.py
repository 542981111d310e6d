"""No record is lost or duplicated: from Kafka to Kafka with transactions, while processes and daemons die at random.

KOBEL_TORTURE_ROUNDS sets the number of rounds, KOBEL_TORTURE_SEED repeats a run.
"""

import os
import random
import time

import pytest
from broker import Broker, Load, assert_counted_once, read_committed

from kobel import Application, Kobel, wait_for

ROUNDS = int(os.environ.get("KOBEL_TORTURE_ROUNDS", "6"))
SEED = int(os.environ.get("KOBEL_TORTURE_SEED", str(random.randrange(1 << 30))))
KEYS = [f"key-{number}" for number in range(7)]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    broker.create_topics({"in": 2, "out": 1})
    yield broker
    broker.stop()


class Chaos:
    """Faults and moves of an application, one after the other. After each, the application has to run."""

    def __init__(self, kobel, application, servers):
        self.kobel, self.application, self.servers = kobel, application, servers
        self.random = random.Random(SEED)
        self.count = 0

    def groups(self, **properties):
        return {"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"servers": self.servers, **properties}}]}

    def fault(self, kind):
        def is_injected():
            status = self.application.inject(kind)
            # 409: the cluster of the round before has just died, and the next one is not there yet.
            assert status in (200, 409)
            return status == 200
        wait_for(is_injected, f"{kind} is injected")

    def kill_taskmanager(self):
        self.fault("kill-taskmanager")

    def kill_jobmanager(self):
        self.fault("kill-jobmanager")

    def kill_kobel(self):
        self.kobel.kill()
        self.kobel.start()

    def begin_update(self):
        return self.application.update_configuration(EnvironmentPropertyUpdates=self.groups(round=str(self.count)))

    def update(self):
        operation = self.begin_update()
        wait_for(lambda: self.application.operation(operation)["OperationStatus"] != "IN_PROGRESS", "the update has ended", 180)
        assert self.application.operation(operation)["OperationStatus"] == "SUCCESSFUL", self.application.operation(operation)

    def update_and_kill_kobel(self):
        self.begin_update()
        time.sleep(self.random.random() * 3)
        self.kill_kobel()

    def failed_update(self):
        operation = self.application.update_configuration(
            EnvironmentPropertyUpdates=self.groups(broken="yes"),
            ApplicationSystemRollbackConfigurationUpdate={"RollbackEnabledUpdate": True})
        wait_for(lambda: self.application.operation(operation)["OperationStatus"] == "FAILED", "the update failed")

    def snapshot(self):
        self.application.client.create_application_snapshot(ApplicationName=self.application.name, SnapshotName=f"s{self.count}")

    def snapshot_and_kill_jobmanager(self):
        self.snapshot()
        self.kill_jobmanager()

    def stop_and_start(self):
        self.application.stop()
        self.application.start()

    ALL = [kill_taskmanager, kill_jobmanager, kill_kobel, update, update_and_kill_kobel, failed_update, snapshot, snapshot_and_kill_jobmanager,
           stop_and_start]

    def do_next(self):
        self.count += 1
        # Each kind once before one is repeated.
        kinds = self.random.sample(self.ALL, len(self.ALL)) if self.count % len(self.ALL) == 1 or not hasattr(self, "kinds") else self.kinds
        self.kinds = kinds[1:]
        kind = kinds[0]
        print(f"round {self.count}: {kind.__name__}", flush=True)
        kind(self)
        self.wait_until_running()

    def is_running(self):
        shown = self.application.show()
        current = shown.get("current", {})
        # While a snapshot is CREATING, the next one is refused.
        if any(snapshot["SnapshotStatus"] == "CREATING" for snapshot in self.application.snapshots()):
            return False
        return shown["status"] == "RUNNING" and current.get("phase") == "UP" and current["tasksRunning"] == current["tasksTotal"] > 0

    def wait_until_running(self):
        wait_for(self.is_running, f"round {self.count}: every vertex runs again", 180)
        time.sleep(self.random.random())


@pytest.mark.slow
def test_each_record_is_counted_once(runtime, broker, exactly_once_jar, tmp_path):
    print(f"KOBEL_TORTURE_SEED={SEED}")
    with Kobel(tmp_path) as kobel:
        application = Application(kobel, "exactly-once")
        chaos = Chaos(kobel, application, broker.servers)
        application.create(exactly_once_jar, EnvironmentProperties=chaos.groups(), FlinkApplicationConfiguration={
            "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 500, "MinPauseBetweenCheckpoints": 100}})
        load = Load(broker.servers, KEYS, 300)
        load.start()
        try:
            application.start()
            for _ in range(ROUNDS):
                chaos.do_next()
        finally:
            sent = load.end()
        lines = read_committed(broker.servers, sum(sent.values()))
        assert_counted_once(lines, sent, f"seed {SEED}")
        application.stop()
        application.delete()
        assert os.listdir(os.path.join(kobel.data, "apps")) == []
