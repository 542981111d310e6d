"""RUNNING is what it is on the service: the job was started. What a job that does not work can still be asked for."""

import glob
import os
import socket

import pytest
from command_line import call
from history import History

from kobel import Application, Kobel, refused, wait_for


class Port:
    """A port on which something listens, or not."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.number = self.socket.getsockname()[1]

    def close(self):
        # Bound, it is no other's; nothing listens.
        self.socket.close()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", self.number))

    def open(self):
        self.socket.listen(100)


@pytest.fixture
def port():
    one = Port()
    yield one
    one.socket.close()


def statuses(application):
    return [event["to"] for event in application.events("status")]


def wait_for_loop(application):
    return wait_for(lambda: application.show()["isRestartLoop"], "the job is in a loop of restarts")


def is_whole(application):
    job = application.show()["current"]
    return job["tasksRunning"] == job["tasksTotal"] > 0


def expect_downtime(application, call, **arguments):
    code, message = refused(call, ApplicationName=application.name, **arguments)
    assert code == "InvalidApplicationConfigurationException"
    assert message.startswith(f"Failed to take snapshot for the application {application.name} at this moment. "
                              "The application is currently experiencing downtime. Please check the application's CloudWatch metrics or "
                              "CloudWatch logs for any possible errors and retry the request. You can also retry the request after "
                              "disabling the snapshots")


def test_a_dependency_that_comes_later_heals_the_job(application, jars, port):
    port.close()
    application.create(jars["Depends"], f"{port.number}-first")
    operation = application.start()
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    assert application.settle() == "RUNNING"
    history = History(application)
    assert "refused" in history.wait_for(kind="restart", isLoop=True)["cause"]
    assert application.status() == "RUNNING" and application.show()["recoveries"] == 0
    port.open()
    application.wait_for_count(5)
    history.wait_for(kind="tasks")
    assert statuses(application) == ["STARTING", "RUNNING"]
    # It is healthy again: a stop takes its snapshot.
    wait_for(lambda: application.try_snapshot_or_none("again") == "READY", "a snapshot is accepted")
    application.stop()
    assert {snapshot["SnapshotStatus"] for snapshot in application.snapshots()} == {"READY"}


@pytest.mark.quick
def test_an_update_whose_job_fails_again_and_again_is_undone_by_a_rollback(application, jars, port):
    application.create(jars["Depends"], f"{port.number}-first")
    application.start()
    count = application.wait_for_count(10)
    closed = Port()
    closed.close()
    operation = application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"{closed.number}-second"))
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    wait_for_loop(application)
    application.client.rollback_application(ApplicationName=application.name, CurrentApplicationVersionId=2)
    assert application.settle() == "RUNNING"
    detail = application.describe()
    assert (detail["ApplicationVersionId"], detail["ApplicationVersionRolledBackTo"]) == (3, 1)
    application.wait_for_count(count, f"{port.number}-first")
    assert [line[1] for line in application.lines()].count(1) == 1, "no state was lost"
    closed.socket.close()


def test_what_needs_a_savepoint_of_a_job_that_fails_is_refused_at_once(application, jars):
    application.create(jars["FailsLater"])
    application.start()
    wait_for_loop(application)
    client = application.client
    operations = len(client.list_application_operations(ApplicationName=application.name)["ApplicationOperationInfoList"])
    for _ in range(5):
        expect_downtime(application, client.create_application_snapshot, SnapshotName="s1")
        expect_downtime(application, client.update_application, CurrentApplicationVersionId=1, ApplicationConfigurationUpdate={
            "EnvironmentPropertyUpdates": application.properties("second")})
        expect_downtime(application, client.stop_application)
    detail = application.describe()
    assert (detail["ApplicationStatus"], detail["ApplicationVersionId"]) == ("RUNNING", 1)
    for words in (["stop", application.name], ["snapshot", application.name], ["scale", application.name, "2"],
                  ["maintenance", application.name]):
        printed = call(application.kobel, *words, status=1)
        assert "experiencing downtime" in printed and "hint: the job is in a loop of restarts" in printed
        assert "the fortieth record fails on purpose" in printed and f"`kobel stop {application.name} --force`" in printed
    assert application.snapshots() == []
    assert len(client.list_application_operations(ApplicationName=application.name)["ApplicationOperationInfoList"]) == operations
    application.stop(Force=True)


@pytest.mark.parametrize("way", ["off, then code", "off with code", "skip"])
def test_a_job_that_fails_can_be_replaced_without_a_savepoint(application, jars, way):
    off = {"ApplicationSnapshotConfigurationUpdate": {"SnapshotsEnabledUpdate": False}}
    application.create(jars["FailsLater"])
    application.start()
    wait_for_loop(application)
    if way == "off, then code":
        operation = application.update_configuration(**off)
        assert application.settle() == "RUNNING"
        assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
        operation = application.update_configuration(**application.new_code(jars["Counting"]))
    elif way == "off with code":
        operation = application.update_configuration(**off, **application.new_code(jars["Counting"]))
    else:
        operation = application.update(ApplicationConfigurationUpdate=application.new_code(jars["Counting"]), RunConfigurationUpdate={
            "ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}})
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    application.wait_for_count(5, "first")
    assert "FAILED" not in {snapshot["SnapshotStatus"] for snapshot in application.snapshots()}


def test_a_job_is_not_wider_than_its_max_parallelism(application, jars):
    application.create(jars["Narrow"])
    application.start()
    application.wait_for_count(5)
    wait_for(lambda: application.kobel.get(f"{application.path}/scaling")["ceiling"] == 2, "the limit is known")
    operation = application.update_configuration(FlinkApplicationConfigurationUpdate={"ParallelismConfigurationUpdate": {
        "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": 3}})
    assert application.settle() == "READY"
    details = application.operation(operation)
    assert details["OperationStatus"] == "FAILED"
    assert "parallelism (3) is higher than the max parallelism (2)" in details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]


def test_state_that_cannot_be_read_fails_the_start(application, jars):
    application.create(jars["Stumbles"])
    application.start()
    application.wait_for_count(5)
    application.stop()
    # Beside the metadata there is a file with the large part of the state.
    removed = [path for path in glob.glob(os.path.join(application.kobel.data, "apps", application.show()["id"], "snapshots", *4 * ["*"]))
               if not path.endswith("_metadata")]
    for path in removed:
        os.remove(path)
    assert removed
    operation = application.client.start_application(ApplicationName=application.name)["OperationId"]
    assert application.settle() == "READY"
    details = application.operation(operation)
    assert details["OperationStatus"] == "FAILED"
    assert os.path.basename(removed[0]) in details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]


def test_a_job_that_ends_at_once_is_seen_running(application, jars):
    application.create(jars["Bounded"])
    application.client.start_application(ApplicationName=application.name)
    wait_for(lambda: application.status() == "READY", "the job has ended")
    times = {event["to"]: event["atMs"] for event in application.events("status")}
    # Terraform's provider asks every ten seconds.
    assert times["READY"] - times["RUNNING"] >= 12000


@pytest.fixture
def strict(runtime, tmp_path):
    with Kobel(tmp_path, "--start-means", "all-tasks") as kobel:
        yield kobel


@pytest.mark.parametrize("job, text", [("FailsToOpen", "the table is not there"), ("TooParallel", "NoResourceAvailableException")])
def test_a_start_can_be_made_to_mean_that_all_tasks_run(strict, jars, job, text):
    application = Application(strict, "strict")
    application.create(jars[job])
    operation = application.client.start_application(ApplicationName="strict")["OperationId"]
    assert application.settle() == "READY"
    details = application.operation(operation)
    assert details["OperationStatus"] == "FAILED"
    assert text in details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]


@pytest.mark.parametrize("job, text", [("FailsToOpen", "the table is not there"), ("TooParallel", "NoResourceAvailableException")])
def test_a_job_whose_tasks_cannot_run_is_running_and_reports_why(application, jars, job, text):
    application.create(jars[job])
    application.start()
    wait_for(lambda: text in application.show().get("trouble", ""), "the reason is shown")
    assert application.status() == "RUNNING" and not is_whole(application)
    application.stop(Force=True)
