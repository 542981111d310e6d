"""The newest restore point of an application outlives whatever went wrong: the next start goes on from it."""

import glob
import os
import re
import signal
import urllib.request

import pytest

from kobel import PATIENCE_S, Application, wait_for
from test_events import History, ask, fault


@pytest.fixture
def running(own, jars):
    """With a checkpoint and no snapshot."""
    application = Application(own, "kept")
    application.create(jars["Counting"])
    application.start()
    wait_for(lambda: ask(application.kobel, f"/kobel/v1/applications/{application.name}")[1]["lastCheckpoint"], "a checkpoint is on record")
    application.wait_for_count(10)
    assert application.snapshots() == []
    return application


def counts(application, label):
    return [line[1] for line in application.lines() if line[0] == label]


def label_as(application, label):
    return application.update_configuration(EnvironmentPropertyUpdates=application.properties(label))


def starts_where_it_was(application):
    """The next start restores what is there: nothing is counted from the beginning."""
    application.settle()
    settled = application.operation(label_as(application, "again"))
    assert settled["OperationStatus"] == "SUCCESSFUL", settled
    if application.status() == "READY":
        application.start()
    application.wait_for_count(10, label="again")
    assert min(counts(application, "again")) > 10


def ended(application, operation):
    wait_for(lambda: application.operation(operation)["OperationStatus"] != "IN_PROGRESS", "the operation has ended")
    return application.operation(operation)


def test_an_update_that_fails_after_a_lost_cluster_keeps_the_checkpoint(running, jars):
    """The sequence of an incident: the job is lost, and the version that was to mend it does not run either."""
    fault(running, "refuse-launch")
    fault(running, "kill-jobmanager")
    done = ended(running, running.update_configuration(**running.new_code(jars["Throws"])))
    assert done["OperationStatus"] == "FAILED", done
    running.settle()
    ended(running, running.update_configuration(**running.new_code(jars["Counting"])))
    starts_where_it_was(running)


def rest_port(application):
    """Of the one cluster that runs."""
    for path in glob.glob(os.path.join(application.kobel.data, "apps", "*", "clusters", "*", "conf", "config.yaml")):
        if application.kobel.java_pids(b"StandaloneSessionClusterEntrypoint", os.path.dirname(path)):
            with open(path) as configuration:
                return re.search(r"^rest\.port: (\d+)", configuration.read(), re.M)[1]
    raise AssertionError("no cluster runs")


def test_a_job_that_somebody_cancelled_keeps_its_checkpoint(running):
    shown = ask(running.kobel, f"/kobel/v1/applications/{running.name}")[1]["current"]
    address = f"http://127.0.0.1:{rest_port(running)}/jobs/{shown['jobId']}?mode=cancel"
    urllib.request.urlopen(urllib.request.Request(address, method="PATCH"), timeout=PATIENCE_S).close()
    wait_for(lambda: running.status() == "READY", "the job has ended")
    starts_where_it_was(running)


def test_a_failed_task_goes_back_to_a_snapshot_that_was_deleted(own, jars):
    """Without checkpoints Flink itself goes back to what the job was started from, whatever was saved since."""
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
    application.client.create_application_snapshot(ApplicationName=application.name, SnapshotName="later")
    wait_for(lambda: application.snapshots()[0]["SnapshotStatus"] == "READY", "the snapshot is taken")
    application.client.delete_application_snapshot(ApplicationName=application.name, SnapshotName=origin["SnapshotName"],
                                                   SnapshotCreationTimestamp=origin["SnapshotCreationTimestamp"])
    assert [snapshot["SnapshotName"] for snapshot in application.snapshots()] == ["later"]
    application.wait_for_count(begun + 1100)
    printed = counts(application, "first")
    again = [number for before, number in zip(printed, printed[1:]) if number <= before]
    assert again == [begun + 1], again


def taskmanagers(kobel):
    return set(kobel.java_pids(b"TaskManagerRunner"))


def test_a_process_that_dies_while_an_update_starts_its_job_ends_nothing(running):
    history = History(running)
    before = taskmanagers(running.kobel)
    operation = label_as(running, "second")
    history.wait_for(kind="move", phase="HALT", move="UPDATE")
    # The new cluster is READY; what does not run cannot deploy the job before it is killed.
    new = taskmanagers(running.kobel) - before
    assert len(new) == 1
    os.kill(*new, signal.SIGSTOP)
    history.wait_for(kind="move", phase="SUBMIT", move="UPDATE")
    os.kill(*new, signal.SIGKILL)
    done = ended(running, operation)
    assert done["OperationStatus"] == "SUCCESSFUL", done
    assert running.status() == "RUNNING"
    running.wait_for_count(10, label="second")
    assert min(counts(running, "second")) > 10


def test_a_snapshot_has_never_the_state_of_an_older_one_of_its_name(running):
    history = History(running)
    name = {"ApplicationName": running.name, "SnapshotName": "mine"}
    running.client.create_application_snapshot(**name)
    history.wait_for(kind="snapshot", snapshot="mine", status="READY")
    first = running.wait_for_count(0)
    running.client.delete_application_snapshot(**name, SnapshotCreationTimestamp=running.snapshots()[0]["SnapshotCreationTimestamp"])
    wait_for(lambda: running.snapshots() == [], "the snapshot is gone")
    counted = running.wait_for_count(first + 20)
    running.client.create_application_snapshot(**name)
    fault(running, "kill-jobmanager")
    status = wait_for(lambda: running.snapshots()[0]["SnapshotStatus"] in ("READY", "FAILED") and running.snapshots()[0]["SnapshotStatus"], "the snapshot has ended")
    if status == "READY":
        running.settle()
        running.stop(Force=True)
        label_as(running, "restored")
        running.start(RunConfiguration={"ApplicationRestoreConfiguration": {
            "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": "mine"}})
        running.wait_for_count(counted, label="restored")
        assert min(counts(running, "restored")) > counted
    else:
        wait_for(lambda: running.wait_for_count(counted), "the job goes on")
