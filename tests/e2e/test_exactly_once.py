"""No record is lost or duplicated: from Kafka to Kafka with transactions, while processes and daemons die at random.

KOBEL_TORTURE_ROUNDS sets the number of rounds, KOBEL_TORTURE_SEED repeats a run.
"""

import os
import random
import time

import pytest
from broker import Broker, Load, assert_counted_once, read_committed
from enhanced import ENHANCED, Snapshots, arn_of, bucket_directory, files_of, from_arn
from s3_server import BUCKET

from kobel import Application, Kobel, wait_for

ROUNDS = int(os.environ.get("KOBEL_TORTURE_ROUNDS", "6"))
SEED = int(os.environ.get("KOBEL_TORTURE_SEED", str(random.randrange(1 << 30))))
KEYS = [f"key-{number}" for number in range(7)]


@pytest.fixture
def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    broker.create_topics({"in": 2, "out": 1})
    yield broker
    broker.stop()


def groups(servers, **properties):
    return {"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"servers": servers, **properties}}]}


def create(application, jar, servers, **configuration):
    application.create(
        jar, EnvironmentProperties=groups(servers), FlinkApplicationConfiguration={
            "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 500, "MinPauseBetweenCheckpoints": 100}},
        **configuration)


def runs(application):
    """Does every vertex of its job run?"""
    shown = application.show()
    current = shown.get("current", {})
    return shown["status"] == "RUNNING" and current.get("phase") == "UP" and current["tasksRunning"] == current["tasksTotal"] > 0


class Chaos:
    """Faults and moves of an application, one after the other. After each, the application has to run."""

    def __init__(self, kobel, application, servers):
        self.kobel, self.application, self.servers = kobel, application, servers
        self.random = random.Random(SEED)
        self.count = 0
        self.snapshots = Snapshots(application)
        # With the second system of snapshots more often than with the first: it has more kinds of work.
        self.is_enhanced = self.random.random() < 0.7
        self.all = self.ALL + (self.ENHANCED if self.is_enhanced else [])

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
        return self.application.update_configuration(EnvironmentPropertyUpdates=groups(self.servers, round=str(self.count)))

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
            EnvironmentPropertyUpdates=groups(self.servers, broken="yes"),
            ApplicationSystemRollbackConfigurationUpdate={"RollbackEnabledUpdate": True})
        wait_for(lambda: self.application.operation(operation)["OperationStatus"] == "FAILED", "the update failed")

    def snapshot(self):
        if self.is_enhanced:
            self.snapshots.create(f"s{self.count}")
        else:
            self.application.client.create_application_snapshot(ApplicationName=self.application.name, SnapshotName=f"s{self.count}")

    def snapshot_and_kill_jobmanager(self):
        self.snapshot()
        self.kill_jobmanager()

    def stop_and_start(self):
        self.application.stop()
        self.application.start()

    def maintain(self):
        assert self.kobel.ask(f"{self.application.path}/maintenance", {})[0] == 200

    def snapshot_and_kill_kobel(self):
        self.snapshot()
        time.sleep(self.random.random() / 2)
        self.kill_kobel()

    def start_from_an_import_and_delete_it(self):
        """The snapshot of a stop leaves, comes back, and is deleted while the job that began with it has no checkpoint yet."""
        self.application.stop()
        details, _ = self.snapshots.of_the_system()[0]
        bucket_directory(self.kobel, "copies")
        operation = self.snapshots.export(details["SnapshotName"], "copies", "out/")
        self.kill_kobel()
        prefix = self.snapshots.wait_for_export(details["SnapshotName"], operation)
        name = f"i{self.count}"
        imported = self.snapshots.import_from(name, "copies", prefix)
        self.kill_kobel()
        self.snapshots.wait_for_success(name, imported)
        self.application.client.start_application(
            ApplicationName=self.application.name, RunConfiguration=from_arn(SnapshotArn=self.snapshots.describe(name)["SnapshotArn"]))
        self.snapshots.delete(name)
        assert self.application.settle() == "RUNNING"
        self.fault(self.random.choice(["kill-taskmanager", "kill-jobmanager"]))

    ALL = [kill_taskmanager, kill_jobmanager, kill_kobel, update, update_and_kill_kobel, failed_update, snapshot, snapshot_and_kill_jobmanager,
           stop_and_start, maintain]
    ENHANCED = [snapshot_and_kill_kobel, start_from_an_import_and_delete_it]

    def do_next(self):
        self.count += 1
        # Each kind once before one is repeated.
        kinds = self.random.sample(self.all, len(self.all)) if self.count % len(self.all) == 1 or not hasattr(self, "kinds") else self.kinds
        self.kinds = kinds[1:]
        kind = kinds[0]
        print(f"round {self.count}: {kind.__name__}", flush=True)
        kind(self)
        self.wait_until_running()

    def is_running(self):
        # While a snapshot is CREATING, the next one is refused.
        if any(snapshot["SnapshotStatus"] == "CREATING" for snapshot in self.application.snapshots()) or (
                self.snapshots.listed(SnapshotStatus="CREATING")):
            return False
        return runs(self.application)

    def wait_until_running(self):
        wait_for(self.is_running, f"round {self.count}: every vertex runs again", 180)
        time.sleep(self.random.random())


@pytest.mark.slow
def test_each_record_is_counted_once(runtime, broker, exactly_once_jar, tmp_path):
    print(f"KOBEL_TORTURE_SEED={SEED}")
    with Kobel(tmp_path) as kobel:
        application = Application(kobel, "exactly-once")
        chaos = Chaos(kobel, application, broker.servers)
        create(application, exactly_once_jar, broker.servers,
               **({"ApplicationSnapshotConfiguration": ENHANCED} if chaos.is_enhanced else {}))
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
        chaos.snapshots.delete_all()
        wait_for(lambda: not files_of(kobel), "the files of the snapshots are gone")
        assert [name for name in os.listdir(os.path.join(kobel.data, "apps")) if not name.startswith(".")] == []


class Copies:
    """Copies of snapshots in which the daemon dies: the server answers nothing until then."""

    def __init__(self, kobel, s3, snapshots):
        self.kobel, self.s3, self.snapshots = kobel, s3, snapshots

    def die(self):
        self.kobel.kill()
        self.s3.resume()
        self.kobel.start()

    def export_and_delete(self, name):
        """The prefix of the copy. The deletion waits for it, over the death."""
        self.s3.pause()
        exported = self.snapshots.export(name, BUCKET, "out/")
        deletion = self.snapshots.delete(name)
        self.die()
        prefix = self.snapshots.wait_for_export(name, exported)
        self.snapshots.wait_for_success(name, deletion)
        assert self.snapshots.name(name) not in self.snapshots.listed()
        return prefix

    def import_back(self, name, prefix):
        self.s3.pause()
        imported = self.snapshots.import_from(name, BUCKET, prefix)
        self.die()
        self.snapshots.wait_for_success(name, imported)


def test_each_record_is_counted_once_by_a_job_that_leaves_and_comes_back(remote, s3, broker, exactly_once_jar):
    """First a snapshot of the running job is exported and deleted, then that of its stop, from which the job continues."""
    application = Application(remote, "leaves")
    snapshots = Snapshots(application)
    copies = Copies(remote, s3, snapshots)
    create(application, exactly_once_jar, broker.servers, ApplicationSnapshotConfiguration=ENHANCED)
    load = Load(broker.servers, KEYS, 300)
    load.start()
    try:
        application.start()
        snapshots.take("running")
        copies.export_and_delete("running")
        wait_for(lambda: runs(application), "the job runs again")
        application.stop()
        details, _ = snapshots.of_the_system()[0]
        prefix = copies.export_and_delete(details["SnapshotName"])
        copies.import_back("back", prefix)
        application.start(RunConfiguration=from_arn(SnapshotArn=arn_of(snapshots.name("back"))))
        wait_for(lambda: runs(application), "the job runs again")
    finally:
        sent = load.end()
    lines = read_committed(broker.servers, sum(sent.values()))
    assert_counted_once(lines, sent, "after the import")
    application.stop(Force=True)
    application.delete()
    snapshots.delete_all()
    wait_for(lambda: not files_of(remote), "the files of the snapshots are gone")
