"""Maintenance on real Flink: on request, and by the clock in its window."""

import datetime
import json

from command_line import call

from kobel import Application, Kobel, wait_for


def maintenance_of(application):
    """The status of each operation that was maintenance, newest first."""
    listed = application.client.list_application_operations(ApplicationName=application.name, Operation="ApplicationMaintenance")
    return [one["OperationStatus"] for one in listed["ApplicationOperationInfoList"]]


def test_maintenance_restarts_the_job_with_its_state(running):
    running.wait_for_count(20)
    _, count, at_ms = running.lines()[-1]
    status, answer = running.kobel.ask(f"{running.path}/maintenance", {})
    assert status == 200 and running.status() == "MAINTENANCE"
    assert running.kobel.ask(f"{running.path}/maintenance", {})[0] == 409
    assert running.settle() == "RUNNING"
    operation = running.operation(answer["operationId"])
    assert (operation["Operation"], operation["OperationStatus"]) == ("ApplicationMaintenance", "SUCCESSFUL")
    assert "ApplicationVersionChangeDetails" not in operation
    assert running.describe()["ApplicationVersionId"] == 1
    assert running.snapshots()[0]["SnapshotName"].startswith(f"MAINTENANCE-{running.name}-")
    running.wait_for_count(count + 40)
    assert min(line[1] for line in running.lines() if line[2] > at_ms) > count, "the count began again"


def test_the_command_waits_for_the_end(running):
    assert "restarted with its state" in call(running.kobel, "maintenance", running.name)
    result = json.loads(call(running.kobel, "maintenance", running.name, "--json"))
    assert (result["ApplicationStatus"], result["ApplicationVersionId"]) == ("RUNNING", 1)
    assert maintenance_of(running) == ["SUCCESSFUL", "SUCCESSFUL"]
    running.stop()
    assert "cannot be maintained in 'READY' state" in call(running.kobel, "maintenance", running.name, status=1)


def test_maintenance_happens_in_its_window_where_it_is_on(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--maintenance", "on") as kobel:
        application, ready = Application(kobel, "maintained"), Application(kobel, "ready")
        ready.create_without_code()
        application.create(jars["Counting"])
        application.start()
        application.wait_for_count(10)
        window = application.describe()["ApplicationMaintenanceConfigurationDescription"]["ApplicationMaintenanceWindowStartTime"]
        now = datetime.datetime.fromtimestamp(kobel.get("/kobel/v1/clock")["nowMs"] / 1000, datetime.timezone.utc)
        wait_min = (int(window[:2]) * 60 + int(window[3:]) - now.hour * 60 - now.minute) % (24 * 60)
        assert maintenance_of(application) == []
        kobel.ask("/kobel/v1/clock", {"advance": f"{wait_min + 1}m"})
        count = application.lines()[-1][1]
        wait_for(lambda: maintenance_of(application) == ["SUCCESSFUL"], "maintenance was done")
        application.wait_for_count(count + 5)
        assert (application.status(), ready.status(), maintenance_of(ready)) == ("RUNNING", "READY", [])
