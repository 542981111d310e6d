"""Enhanced snapshots on real Flink: made, restored by others, deleted while in use, and all that while things die."""

import os

import pytest
from enhanced import ENHANCED, Snapshots, arn_of, counting, counts, files_of, from_arn, new_counts, snapshot_of

from kobel import Kobel, refused, wait_for

# No checkpoint until the test is over: what is restored is the snapshot.
NO_CHECKPOINTS = {"CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointingEnabled": False}}
LATE_CHECKPOINTS = {"CheckpointConfiguration": {
    "ConfigurationType": "CUSTOM", "CheckpointInterval": 3600000, "MinPauseBetweenCheckpoints": 100}}


def test_the_service_makes_one_for_each_of_its_operations(application, jars):
    application.create(jars["Counting"], ApplicationSnapshotConfiguration=ENHANCED)
    snapshots = Snapshots(application)

    def check(operation_id, version):
        details, operation = snapshots.of_the_system()[0]
        assert details["SnapshotStatus"] == "READY" and details["SnapshotSizeInBytes"] > 0
        assert (details["SnapshotInitiator"], details["SnapshotInitiatorOperation"]) == ("SYSTEM", "SystemCreateSnapshot")
        assert details["SnapshotSourceDescription"]["SourceApplicationDescription"]["ApplicationVersionId"] == version
        assert operation["ApplicationOperationDescription"] == {"ApplicationOperationId": operation_id, "ApplicationName": application.name}
        assert (operation["SnapshotOperation"], operation["SnapshotOperationStatus"]) == ("SystemCreateSnapshot", "SUCCESSFUL")
        assert "EndTime" in operation

    application.start()
    application.wait_for_count(5)
    snapshots.take("mine")
    application.wait_for_count(application.lines()[-1][1] + 10)
    stop = application.stop()
    check(stop, 1)
    application.start()
    application.wait_for_count(application.lines()[-1][1] + 10)
    update = application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    assert application.settle() == "RUNNING"
    check(update, 1)
    application.wait_for_count(0, "second")
    maintenance = application.kobel.ask(f"{application.path}/maintenance", {})[1]["operationId"]
    assert application.settle() == "RUNNING"
    check(maintenance, 2)
    application.wait_for_count(application.lines()[-1][1] + 10)
    # Each continued exactly where the one before ended.
    numbers = [count for _, count, _ in application.lines()]
    assert numbers == list(range(1, len(numbers) + 1))

    application.client.rollback_application(
        ApplicationName=application.name, CurrentApplicationVersionId=application.describe()["ApplicationVersionId"])
    assert application.settle() == "RUNNING"
    assert "/apps/.snapshots/" in application.show()["current"]["restoredFrom"]
    assert len(snapshots.of_the_system()) == 3
    taken = snapshots.listed(SourceApplicationName=application.name)
    application.stop(Force=True)
    application.delete()
    assert snapshots.listed(SourceApplicationName=application.name) == taken
    snapshots.delete_all()
    wait_for(lambda: not files_of(application.kobel), "no file is left")


@pytest.mark.slow
def test_another_application_continues_from_it_until_its_own_first_checkpoint(own, jars):
    """Also where processes die before that checkpoint, and the daemon beside them."""
    snapshots, least, greatest = snapshot_of(own, jars)
    other = counting(own, jars, "other", FlinkApplicationConfiguration=LATE_CHECKPOINTS)
    other.start(RunConfiguration=from_arn(SnapshotArn=arn_of(snapshots.name("s"))))
    first = new_counts(other, "other", 0)[0]
    assert least < first <= greatest + 1

    def dies(what):
        seen = len(counts(other, "other"))
        what()
        again = wait_for(lambda: [n for n in counts(other, "other")[seen:] if n <= first], f"it begins again after {what.__name__}")
        assert again[0] == first

    def a_taskmanager():
        assert other.inject("kill-taskmanager") == 200

    def a_jobmanager():
        assert other.inject("kill-jobmanager") == 200

    def kobel_and_a_jobmanager():
        own.kill()
        for pid in own.java_pids(b"ClusterEntrypoint"):
            os.kill(pid, 9)
        own.start()

    for what in (a_taskmanager, a_jobmanager, kobel_and_a_jobmanager):
        dies(what)
        wait_for(lambda: other.show()["current"]["phase"] == "UP", "it is up")
    own.kill()
    own.start()
    other.stop()
    other.start()
    numbers = counts(other, "other")
    assert new_counts(other, "other", len(numbers))[0] == numbers[-1] + 1


@pytest.mark.parametrize("level", ["contained", "scoped", "none"])
def test_at_every_level_of_the_sandbox(runtime, jars, tmp_path, level):
    """The other tests are at the level `full`."""
    with Kobel(tmp_path, "--sandbox", level) as kobel:
        snapshots, least, greatest = snapshot_of(kobel, jars)
        other = counting(kobel, jars, "other")
        other.start(RunConfiguration=from_arn(SnapshotArn=arn_of(snapshots.name("s"))))
        assert least < new_counts(other, "other", 0)[0] <= greatest + 1
        other.stop()
        other.delete()
        snapshots.delete_all()
        wait_for(lambda: not files_of(kobel), "no file is left")


@pytest.mark.slow
def test_its_files_stay_for_a_job_that_has_nothing_else(own, jars):
    snapshots, _, _ = snapshot_of(own, jars)
    name = snapshots.name("s")
    other = counting(own, jars, "other", FlinkApplicationConfiguration=NO_CHECKPOINTS)
    own.client.start_application(ApplicationName="other", RunConfiguration=from_arn(SnapshotArn=arn_of(name)))
    deletion = snapshots.delete("s")
    # The start needs it.
    assert other.settle() == "RUNNING"
    snapshots.wait_for_success("s", deletion)
    assert refused(own.client.describe_snapshot, SnapshotName=name)[0] == "ResourceNotFoundException"
    first = new_counts(other, "other", 0)[0]
    assert len(os.listdir(f"{own.data}/apps/.snapshots")) == 1

    def kobel_dies():
        own.kill()
        own.start()

    def a_jobmanager_dies():
        assert other.inject("kill-jobmanager") == 200

    for dies in (kobel_dies, a_jobmanager_dies):
        seen = len(counts(other, "other"))
        dies()
        wait_for(lambda: first in counts(other, "other")[seen:], "it began again from the deleted snapshot")
        wait_for(lambda: other.show()["current"]["phase"] == "UP", "it is up")
    # The name is free, and the new snapshot has files of its own.
    own.client.create_snapshot(ApplicationName="other", SnapshotName=name)
    wait_for(lambda: snapshots.describe("s")["SnapshotStatus"] == "READY", "the second of that name")
    other.stop(Force=True)
    other.delete()
    snapshots.delete_all()
    wait_for(lambda: not files_of(own), "no file is left")
