"""What happened, told to those who wait; faults on purpose; the clock; retention."""

import http.client
import json
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest

from kobel import PATIENCE_S, Application, Kobel, wait_for


def ask(kobel, path, body=None):
    request = urllib.request.Request(kobel.url + path, data=None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


class History:
    """The events of an application, waited for by long polls."""

    def __init__(self, application):
        self.application = application
        self.seen = []

    def read(self, wait=0):
        after = self.seen[-1]["sequence"] if self.seen else 0
        status, answer = ask(self.application.kobel, f"/kobel/v1/applications/{self.application.name}/events?after={after}&wait={wait}")
        assert status == 200, answer
        self.seen += answer["events"]
        return answer["events"]

    def wait_for(self, **wanted):
        """The first event that has these members, from where the last one was found."""
        checked = 0
        for _ in range(30):
            for event in self.seen[checked:]:
                checked += 1
                if all(event.get(key) == value for key, value in wanted.items()):
                    return event
            self.read(wait=20)
        raise AssertionError(f"no {wanted} in {self.seen}")


def fault(application, kind, **more):
    return ask(application.kobel, f"/kobel/v1/applications/{application.name}/faults", {"fault": kind, **more})


@pytest.fixture
def running(application, jars):
    application.create(jars["Counting"])
    application.start()
    application.wait_for_count(3)
    return application


def test_a_life_is_told(running):
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


def test_those_who_wait_are_told_at_once(running):
    history = History(running)
    history.read()
    told = []
    waiter = threading.Thread(target=lambda: told.extend(history.read(wait=30)))
    waiter.start()
    running.client.create_application_snapshot(ApplicationName=running.name, SnapshotName="now")
    waiter.join()
    assert told[0]["kind"] == "snapshot" and told[0]["status"] == "CREATING"


class Stream:
    """The events of an application as a browser's EventSource gets them."""

    def __init__(self, application, last_event=None):
        address = urllib.parse.urlsplit(application.kobel.url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE_S)
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": str(last_event)} if last_event else {})}
        self.connection.request("GET", f"/kobel/v1/applications/{application.name}/events", headers=headers)
        self.answer = self.connection.getresponse()

    def read(self):
        """The next event; None: the stream has ended."""
        number = None
        while line := self.answer.readline():
            if line.startswith(b"id: "):
                number = int(line[4:])
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                assert event["sequence"] == number
                return event
        return None

    def wait_for(self, **wanted):
        while (event := self.read()) is not None:
            if all(event.get(key) == value for key, value in wanted.items()):
                return event
        raise AssertionError(f"the stream ended without {wanted}")


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
    # Whoever has gone is in nobody's way.
    application.stop(Force=True)
    stream.wait_for(kind="status", to="READY")
    application.delete()
    while stream.read() is not None:
        pass
    assert Stream(application).answer.status == 404


@pytest.mark.parametrize("kind", ["kill-taskmanager", "kill-jobmanager"])
def test_a_killed_process_is_recovered_and_told(running, kind):
    history = History(running)
    wait_for(lambda: ask(running.kobel, f"/kobel/v1/applications/{running.name}")[1]["lastCheckpoint"], "a checkpoint is on record")
    counted = running.wait_for_count(10)
    assert fault(running, kind)[0] == 200
    lost = history.wait_for(kind="recovery", phase="LOST")
    assert lost["reason"]
    submitted = history.wait_for(kind="recovery", phase="SUBMIT")
    assert "/checkpoints/" in submitted["restoredFrom"]
    up = history.wait_for(kind="recovery", phase="UP")
    assert up["elapsedMs"] == up["atMs"] - lost["atMs"]
    assert running.status() == "RUNNING"
    running.wait_for_count(counted + 3)
    assert "later restore point" in history.wait_for(kind="retention")["reason"]
    status, shown = ask(running.kobel, f"/kobel/v1/applications/{running.name}")
    assert status == 200 and shown["recoveries"] == 1 and shown["diskBytes"] > 0
    assert shown["current"]["health"] == "READY" and shown["isRestartLoop"] is False and "trouble" not in shown
    assert shown["lastRecoveryMs"] == up["elapsedMs"]


@pytest.mark.quick
def test_a_savepoint_fails_on_purpose(running):
    history = History(running)
    assert fault(running, "fail-savepoint")[0] == 200
    running.client.create_application_snapshot(ApplicationName=running.name, SnapshotName="bad")
    failed = history.wait_for(kind="snapshot", snapshot="bad", status="FAILED")
    assert "on purpose" in failed["message"]
    running.client.create_application_snapshot(ApplicationName=running.name, SnapshotName="good")
    history.wait_for(kind="snapshot", snapshot="good", status="READY")
    assert [event["fault"] for event in history.seen if event["kind"] == "fault"] == ["fail-savepoint"]


def test_a_launch_is_refused_and_another_one_made(application, jars):
    application.create(jars["Counting"])
    assert fault(application, "refuse-launch")[0] == 200
    application.start()
    history = History(application)
    history.read()
    assert [event["phase"] for event in history.seen if event["kind"] == "move"].count("PREPARE") == 2


def test_bad_faults_are_refused(application, jars):
    application.create(jars["Counting"])
    assert fault(application, "explode")[0] == 400
    assert fault(application, "kill-jobmanager")[0] == 409
    assert fault(application, "delay", **{"for": "soon"})[0] == 400
    assert fault(application, "delay", **{"for": "25h"})[0] == 400
    assert ask(application.kobel, "/kobel/v1/clock", {"advance": "106751991167d"})[0] == 400
    assert ask(application.kobel, "/kobel/v1/applications/nobody/events")[0] == 404
    assert ask(application.kobel, "/kobel/v1/applications/nobody")[0] == 404
    assert ask(application.kobel, f"/kobel/v1/applications/{application.name}/other")[0] == 404


def test_a_loop_of_restarts_is_recognised(application, jars):
    application.create(jars["FailsLater"])
    application.start()
    history = History(application)
    assert "on purpose" in history.wait_for(kind="restart")["cause"]
    loop = history.wait_for(kind="restart", isLoop=True)
    assert "loop" in loop["message"] and "on purpose" in loop["cause"]
    assert application.status() == "RUNNING"
    shown = ask(application.kobel, f"/kobel/v1/applications/{application.name}")[1]
    assert shown["isRestartLoop"] is True and "on purpose" in shown["trouble"]
    application.stop(Force=True)


def test_without_checkpoints_a_recovery_says_what_it_starts_from(application, jars):
    application.create(jars["Counting"], FlinkApplicationConfiguration={"CheckpointConfiguration": {
        "ConfigurationType": "CUSTOM", "CheckpointingEnabled": False}})
    application.start()
    application.wait_for_count(3)
    history = History(application)
    fault(application, "kill-jobmanager")
    submitted = history.wait_for(kind="recovery", phase="SUBMIT")
    assert "empty" in submitted["message"] and submitted["restoredFrom"] == ""
    history.wait_for(kind="recovery", phase="UP")
    # With a snapshot there is something to go back to.
    application.client.create_application_snapshot(ApplicationName=application.name, SnapshotName="only")
    history.wait_for(kind="snapshot", snapshot="only", status="READY")
    counted = application.wait_for_count(0)
    fault(application, "kill-taskmanager")
    history.wait_for(kind="recovery", phase="LOST")
    submitted = history.wait_for(kind="recovery", phase="SUBMIT", restoredFrom=ask(
        application.kobel, f"/kobel/v1/applications/{application.name}")[1]["current"]["restoredFrom"])
    assert "checkpointing is disabled" in submitted["message"] and "/snapshots/only/" in submitted["restoredFrom"]
    application.wait_for_count(counted)


def test_snapshots_go_by_the_rule_of_a_tag(running):
    history = History(running)
    arn = running.describe()["ApplicationARN"]
    for name in ("one", "two", "three"):
        running.client.create_application_snapshot(ApplicationName=running.name, SnapshotName=name)
        history.wait_for(kind="snapshot", snapshot=name, status="READY")
    running.client.tag_resource(ResourceARN=arn, Tags=[{"Key": "kobel:snapshot-retention", "Value": "keep=2"}])
    removed = history.wait_for(kind="retention", snapshot="one")
    assert "newer" in removed["reason"]
    assert [snapshot["SnapshotName"] for snapshot in running.snapshots()] == ["three", "two"]


def test_time_can_be_bent(runtime, jars, tmp_path):
    kobel = Kobel(tmp_path, "--snapshot-retention", "max-age=7d")
    try:
        application = Application(kobel, "old")
        application.create(jars["Counting"])
        application.start()
        history = History(application)
        for name in ("first", "second"):
            application.client.create_application_snapshot(ApplicationName="old", SnapshotName=name)
            history.wait_for(kind="snapshot", snapshot=name, status="READY")
        before = ask(kobel, "/kobel/v1/clock")[1]["nowMs"]
        status, clock = ask(kobel, "/kobel/v1/clock", {"advance": "8d", "scale": 2})
        assert status == 200 and clock["nowMs"] >= before + 8 * 86400000 and clock["scale"] == 2
        history.wait_for(kind="retention", snapshot="first")
        assert [snapshot["SnapshotName"] for snapshot in application.snapshots()] == ["second"]
        assert ask(kobel, "/kobel/v1/clock", {"advance": "never"})[0] == 400
        assert ask(kobel, "/kobel/v1/clock", {"scale": 0})[0] == 400
        application.stop(Force=True)
    finally:
        kobel.stop()


def test_the_status_lists_applications(running):
    status = ask(running.kobel, "/kobel/v1/status")[1]
    shown = next(app for app in status["apps"] if app["name"] == running.name)
    assert shown["status"] == "RUNNING" and shown["diskBytes"] > 0 and shown["current"]["tasksRunning"] > 0
    wait_for(lambda: ask(running.kobel, f"/kobel/v1/applications/{running.name}")[1]["lastCheckpoint"], "a checkpoint is on record")
