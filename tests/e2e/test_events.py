"""The history of an application, faults that are injected, the clock, and retention."""

import threading

import pytest
from history import History, Stream

from kobel import Application, Kobel


def test_the_history_has_the_life_of_an_application(running):
    history = History(running)
    running.client.create_application_snapshot(ApplicationName=running.name, SnapshotName="mine")
    history.wait_for(kind="snapshot", snapshot="mine", status="READY")
    running.update_configuration(EnvironmentPropertyUpdates=running.properties("second"))
    history.wait_for(kind="status", to="UPDATING")
    running.settle()
    running.stop()
    history.wait_for(kind="status", to="READY")
    assert [event["to"] for event in history.seen if event["kind"] == "status"] == [
        "STARTING", "RUNNING", "UPDATING", "RUNNING", "STOPPING", "READY"]
    phases = [event["phase"] for event in history.seen if event["kind"] == "move" and event["move"] == "UPDATE"]
    assert phases == ["PREPARE", "HALT", "SUBMIT", "up"]
    elapsed = [event["elapsedMs"] for event in history.seen if event["kind"] == "move" and event["move"] == "UPDATE"]
    assert elapsed == sorted(elapsed)
    assert [event["sequence"] for event in history.seen] == sorted(event["sequence"] for event in history.seen)
    assert history.read() == []


def test_a_long_poll_returns_with_the_next_event(running):
    history = History(running)
    history.read()
    events = []
    waiter = threading.Thread(target=lambda: events.extend(history.read(wait=30)))
    waiter.start()
    running.client.create_application_snapshot(ApplicationName=running.name, SnapshotName="now")
    waiter.join()
    assert events[0]["kind"] == "snapshot" and events[0]["status"] == "CREATING"


def test_events_are_streamed_as_they_happen(application, jars):
    application.create(jars["Counting"])
    stream = Stream(application)
    assert stream.answer.status == 200 and stream.answer.headers["Content-Type"] == "text/event-stream"
    application.client.start_application(ApplicationName=application.name)
    stream.wait_for(kind="status", to="RUNNING")
    application.client.create_application_snapshot(ApplicationName=application.name, SnapshotName="mine")
    created = stream.wait_for(kind="snapshot", snapshot="mine", status="CREATING")
    stream.wait_for(kind="snapshot", snapshot="mine", status="READY")
    again = Stream(application, created["sequence"])
    assert again.read()["sequence"] > created["sequence"]
    again.connection.close()
    # The closed stream does not disturb.
    application.stop(Force=True)
    stream.wait_for(kind="status", to="READY")
    application.delete()
    while stream.read() is not None:
        pass
    assert Stream(application).answer.status == 404


@pytest.mark.parametrize("kind", ["kill-taskmanager", "kill-jobmanager"])
def test_a_killed_process_is_recovered_and_reported(running, kind):
    history = History(running)
    running.wait_for_checkpoint()
    counted = running.wait_for_count(10)
    assert running.inject(kind) == 200
    lost = history.wait_for(kind="recovery", phase="LOST")
    assert lost["reason"]
    submitted = history.wait_for(kind="recovery", phase="SUBMIT")
    assert "/checkpoints/" in submitted["restoredFrom"]
    up = history.wait_for(kind="recovery", phase="UP")
    assert up["elapsedMs"] == up["atMs"] - lost["atMs"]
    assert running.status() == "RUNNING"
    running.wait_for_count(counted + 3)
    assert "later restore point" in history.wait_for(kind="retention")["reason"]
    shown = running.show()
    assert shown["recoveries"] == 1 and shown["diskBytes"] > 0
    assert shown["current"]["health"] == "READY" and shown["isRestartLoop"] is False and "trouble" not in shown
    assert shown["lastRecoveryMs"] == up["elapsedMs"]


@pytest.mark.quick
def test_the_fault_fail_savepoint_fails_one_savepoint(running):
    history = History(running)
    assert running.inject("fail-savepoint") == 200
    running.client.create_application_snapshot(ApplicationName=running.name, SnapshotName="bad")
    failed = history.wait_for(kind="snapshot", snapshot="bad", status="FAILED")
    assert "on purpose" in failed["message"]
    running.client.create_application_snapshot(ApplicationName=running.name, SnapshotName="good")
    history.wait_for(kind="snapshot", snapshot="good", status="READY")
    assert [event["fault"] for event in history.seen if event["kind"] == "fault"] == ["fail-savepoint"]


def test_the_fault_refuse_launch_causes_another_launch(application, jars):
    application.create(jars["Counting"])
    assert application.inject("refuse-launch") == 200
    application.start()
    history = History(application)
    history.read()
    assert [event["phase"] for event in history.seen if event["kind"] == "move"].count("PREPARE") == 2


def test_bad_faults_are_refused(application, jars):
    application.create(jars["Counting"])
    assert application.inject("explode") == 400
    assert application.inject("kill-jobmanager") == 409
    assert application.inject("delay", **{"for": "soon"}) == 400
    assert application.inject("delay", **{"for": "25h"}) == 400
    assert application.kobel.ask("/kobel/v1/clock", {"advance": "106751991167d"})[0] == 400
    assert application.kobel.ask("/kobel/v1/applications/absent/events")[0] == 404
    assert application.kobel.ask("/kobel/v1/applications/absent")[0] == 404
    assert application.kobel.ask(f"/kobel/v1/applications/{application.name}/other")[0] == 404


def test_a_loop_of_restarts_is_reported(application, jars):
    application.create(jars["FailsLater"])
    application.start()
    history = History(application)
    assert "on purpose" in history.wait_for(kind="restart")["cause"]
    loop = history.wait_for(kind="restart", isLoop=True)
    assert "loop" in loop["message"] and "on purpose" in loop["cause"]
    assert application.status() == "RUNNING"
    shown = application.show()
    assert shown["isRestartLoop"] is True and "on purpose" in shown["trouble"]
    application.stop(Force=True)


def test_a_recovery_without_checkpoints_reports_what_it_restores(application, jars):
    application.create(jars["Counting"], FlinkApplicationConfiguration={"CheckpointConfiguration": {
        "ConfigurationType": "CUSTOM", "CheckpointingEnabled": False}})
    application.start()
    application.wait_for_count(3)
    history = History(application)
    application.inject("kill-jobmanager")
    submitted = history.wait_for(kind="recovery", phase="SUBMIT")
    assert "empty" in submitted["message"] and submitted["restoredFrom"] == ""
    history.wait_for(kind="recovery", phase="UP")
    # With a snapshot the recovery has something to restore.
    application.client.create_application_snapshot(ApplicationName=application.name, SnapshotName="only")
    history.wait_for(kind="snapshot", snapshot="only", status="READY")
    counted = application.wait_for_count(0)
    application.inject("kill-taskmanager")
    history.wait_for(kind="recovery", phase="LOST")
    submitted = history.wait_for(kind="recovery", phase="SUBMIT", restoredFrom=application.show()["current"]["restoredFrom"])
    assert "checkpointing is disabled" in submitted["message"] and "/snapshots/only/" in submitted["restoredFrom"]
    application.wait_for_count(counted)


def test_snapshots_are_removed_by_the_rule_of_a_tag(running):
    history = History(running)
    arn = running.describe()["ApplicationARN"]
    for name in ("one", "two", "three"):
        running.take_snapshot(name)
    running.client.tag_resource(ResourceARN=arn, Tags=[{"Key": "kobel:snapshot-retention", "Value": "keep=2"}])
    removed = history.wait_for(kind="retention", snapshot="one")
    assert "newer" in removed["reason"]
    assert [snapshot["SnapshotName"] for snapshot in running.snapshots()] == ["three", "two"]


def test_the_clock_can_be_advanced_and_scaled(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--snapshot-retention", "max-age=7d") as kobel:
        application = Application(kobel, "old")
        application.create(jars["Counting"])
        application.start()
        history = History(application)
        for name in ("first", "second"):
            application.take_snapshot(name)
        before = kobel.ask("/kobel/v1/clock")[1]["nowMs"]
        status, clock = kobel.ask("/kobel/v1/clock", {"advance": "8d", "scale": 2})
        assert status == 200 and clock["nowMs"] >= before + 8 * 86400000 and clock["scale"] == 2
        history.wait_for(kind="retention", snapshot="first")
        assert [snapshot["SnapshotName"] for snapshot in application.snapshots()] == ["second"]
        assert kobel.ask("/kobel/v1/clock", {"advance": "never"})[0] == 400
        assert kobel.ask("/kobel/v1/clock", {"scale": 0})[0] == 400
        application.stop(Force=True)


def test_the_status_lists_applications(running):
    status = running.kobel.get("/kobel/v1/status")
    shown = next(app for app in status["apps"] if app["name"] == running.name)
    assert shown["status"] == "RUNNING" and shown["diskBytes"] > 0 and shown["current"]["tasksRunning"] > 0
    running.wait_for_checkpoint()
