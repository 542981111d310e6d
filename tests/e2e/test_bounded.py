"""Jobs that have an end, in both modes of Flink: how they are shown, what they can be asked for, and what is left."""

import glob
import os

import pytest
from kobel import Application, Kobel, refused, wait_for


@pytest.fixture(scope="module")
def daemon(runtime, tmp_path_factory):
    with Kobel(tmp_path_factory.mktemp("bounded"), "--min-running", "2s") as kobel:
        yield kobel


def output(application):
    files = glob.glob(os.path.join(application.kobel.data, "apps", "*", "clusters", "*", "log", "taskmanager-1.out"))
    return "".join(open(path).read() for path in files)


def test_a_batch_job_has_no_savepoints_and_its_end_is_seen(daemon, jars):
    application = Application(daemon, "batch")
    application.create(jars["Bounded"], label="endless-batch")
    application.start()
    for call in (lambda: application.client.create_application_snapshot(ApplicationName="batch", SnapshotName="s"),
                 lambda: application.client.stop_application(ApplicationName="batch"),
                 lambda: application.update_configuration(EnvironmentPropertyUpdates=application.properties("batch"))):
        code, message = refused(call)
        assert code == "InvalidApplicationConfigurationException", message
        assert "runs in batch mode" in message and "Force" in message
        assert application.status() == "RUNNING"

    # Without the state it does not have, it is updated.
    operation = application.update(
        ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": application.properties("batch")},
        RunConfigurationUpdate={"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}})
    wait_for(lambda: application.operation(operation)["OperationStatus"] == "SUCCESSFUL", "the update is done")
    wait_for(lambda: application.status() == "READY", "the job reached its end")
    assert [event["message"] for event in application.events("end")] == ["the job reached its end"]
    # 1 to 200 by their remainders.
    assert all(f"batch sum={total}" in output(application) for total in (6633, 6700, 6767))
    assert application.snapshots() == []


def test_a_batch_job_is_stopped_by_force(daemon, jars):
    application = Application(daemon, "forced")
    application.create(jars["Bounded"], label="endless-batch")
    application.start()
    application.stop(Force=True)
