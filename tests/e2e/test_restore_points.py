"""The newest restore point of an application survives every failure: the next start continues from it."""

import glob
import os
import re
import signal
import urllib.request

import pytest
from history import History

from kobel import PATIENCE_S, Application, wait_for


@pytest.fixture
def running(own, jars):
    """An application with a checkpoint and without a snapshot, on a daemon for this test."""
    application = Application(own, "kept")
    application.create(jars["Counting"])
    application.start()
    application.wait_for_checkpoint()
    application.wait_for_count(10)
    assert application.snapshots() == []
    return application


def counts(application, label):
    return [line[1] for line in application.lines() if line[0] == label]


def set_label(application, label):
    return application.update_configuration(EnvironmentPropertyUpdates=application.properties(label))


def assert_state_is_kept(application):
    """The next start restores the state: the count does not begin at 1."""
    application.settle()
    operation = application.operation(set_label(application, "again"))
    assert operation["OperationStatus"] == "SUCCESSFUL", operation
    if application.status() == "READY":
        application.start()
    application.wait_for_count(10, label="again")
    assert min(counts(application, "again")) > 10


def wait_for_end(application, operation):
    wait_for(lambda: application.operation(operation)["OperationStatus"] != "IN_PROGRESS", "the operation has ended")
    return application.operation(operation)


def test_an_update_that_fails_after_a_lost_cluster_keeps_the_checkpoint(running, jars):
    """As in an incident: the job is lost, and the version that should repair it fails too."""
    running.inject("refuse-launch")
    running.inject("kill-jobmanager")
    done = wait_for_end(running, running.update_configuration(**running.new_code(jars["Throws"])))
    assert done["OperationStatus"] == "FAILED", done
    running.settle()
    wait_for_end(running, running.update_configuration(**running.new_code(jars["Counting"])))
    assert_state_is_kept(running)


def rest_port(application):
    """The REST port of the running cluster."""
    for path in glob.glob(os.path.join(application.kobel.data, "apps", "*", "clusters", "*", "conf", "config.yaml")):
        if application.kobel.java_pids(b"StandaloneSessionClusterEntrypoint", os.path.dirname(path)):
            with open(path) as configuration:
                return re.search(r"^rest\.port: (\d+)", configuration.read(), re.M)[1]
    raise AssertionError("no cluster runs")


def test_a_job_that_was_cancelled_keeps_its_checkpoint(running):
    shown = running.show()["current"]
    address = f"http://127.0.0.1:{rest_port(running)}/jobs/{shown['jobId']}?mode=cancel"
    urllib.request.urlopen(urllib.request.Request(address, method="PATCH"), timeout=PATIENCE_S).close()
    wait_for(lambda: running.status() == "READY", "the job has ended")
    assert_state_is_kept(running)


def test_a_failed_task_is_restored_from_a_deleted_snapshot(own, jars):
    """Without checkpoints Flink restores a failed task from what the job was started from, not from a later snapshot."""
    application = Application(own, "stumbles")
    application.create(jars["Stumbles"], FlinkApplicationConfiguration={
        "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointingEnabled": False},
        "ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 1, "AutoScalingEnabled": False}})
    application.start()
    application.wait_for_count(10)
    application.stop()
    origin, begun = application.snapshots()[0], max(counts(application, "first"))
    application.start()
    application.wait_for_count(begun)
    application.take_snapshot("later")
    application.client.delete_application_snapshot(ApplicationName=application.name, SnapshotName=origin["SnapshotName"],
                                                   SnapshotCreationTimestamp=origin["SnapshotCreationTimestamp"])
    assert [snapshot["SnapshotName"] for snapshot in application.snapshots()] == ["later"]
    application.wait_for_count(begun + 1100)
    printed = counts(application, "first")
    again = [number for before, number in zip(printed, printed[1:]) if number <= before]
    assert again == [begun + 1], again


def taskmanagers(kobel):
    return set(kobel.java_pids(b"TaskManagerRunner"))


def test_a_process_that_dies_while_an_update_starts_its_job_does_not_fail_it(running):
    history = History(running)
    before = taskmanagers(running.kobel)
    operation = set_label(running, "second")
    history.wait_for(kind="move", phase="HALT", move="UPDATE")
    # The new cluster is READY. A halted process cannot deploy the job before it is killed.
    new = taskmanagers(running.kobel) - before
    assert len(new) == 1
    os.kill(*new, signal.SIGSTOP)
    history.wait_for(kind="move", phase="SUBMIT", move="UPDATE")
    os.kill(*new, signal.SIGKILL)
    done = wait_for_end(running, operation)
    assert done["OperationStatus"] == "SUCCESSFUL", done
    assert running.status() == "RUNNING"
    running.wait_for_count(10, label="second")
    assert min(counts(running, "second")) > 10


def test_a_snapshot_never_has_the_state_of_an_older_one_of_its_name(running):
    name = {"ApplicationName": running.name, "SnapshotName": "mine"}
    running.take_snapshot("mine")
    first = running.wait_for_count(0)
    running.client.delete_application_snapshot(**name, SnapshotCreationTimestamp=running.snapshots()[0]["SnapshotCreationTimestamp"])
    wait_for(lambda: running.snapshots() == [], "the snapshot is deleted")
    counted = running.wait_for_count(first + 20)
    running.client.create_application_snapshot(**name)
    running.inject("kill-jobmanager")
    status = wait_for(lambda: running.snapshots()[0]["SnapshotStatus"] in ("READY", "FAILED") and running.snapshots()[0]["SnapshotStatus"], "the snapshot has ended")
    if status == "READY":
        running.settle()
        running.stop(Force=True)
        set_label(running, "restored")
        running.start(RunConfiguration={"ApplicationRestoreConfiguration": {
            "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": "mine"}})
        running.wait_for_count(counted, label="restored")
        assert min(counts(running, "restored")) > counted
    else:
        wait_for(lambda: running.wait_for_count(counted), "the job continues")
