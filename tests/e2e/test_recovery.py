"""Killed daemons and killed Flink processes: everything goes on from what was recorded, and nothing is left behind."""

import fcntl
import glob
import json
import os
import signal
import threading
import time
import urllib.request

import pytest

from kobel import Application, Kobel, wait_for


def running(own, jars):
    application = Application(own, "survivor")
    application.create(jars["Counting"])
    application.start()
    application.wait_for_count(30)
    # Something to come back to: a completed checkpoint.
    wait_for(lambda: glob.glob(os.path.join(own.data, "apps", "*", "checkpoints", "*", "chk-*", "_metadata")), "a checkpoint")
    return application


def revive(own):
    own.kill()
    own.start()


def assert_goes_on(application, count):
    """The job runs again from a checkpoint: it goes past the count without having begun anew."""
    application.wait_for_count(count)
    assert [line[1] for line in application.lines()].count(1) == 1


@pytest.mark.quick
def test_a_killed_daemon_brings_a_running_application_back(own, jars):
    application = running(own, jars)
    own.kill()
    wait_for(lambda: own.java_processes() == [], "the clusters die with the daemon")
    own.start()
    count = application.lines()[-1][1]
    assert application.status() == "RUNNING"
    assert_goes_on(application, count)


def test_a_lock_that_outlives_its_daemon_for_a_moment_is_waited_for(own):
    """A program that the daemon was starting when it was killed has it until it begins."""
    own.kill()
    with open(os.path.join(own.data, "lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        freed = threading.Timer(0.3, fcntl.flock, (lock, fcntl.LOCK_UN))
        freed.start()
        own.start()
        freed.join()
    assert own.stop() == 0


def test_a_daemon_that_is_stopped_in_order_leaves_nothing_and_goes_on_later(own, jars):
    application = running(own, jars)
    assert own.stop() == 0
    assert own.java_processes() == []
    count = application.lines()[-1][1]
    own.start()
    assert application.status() == "RUNNING"
    assert_goes_on(application, count)


def test_killed_while_starting_it_starts(own, jars):
    application = Application(own, "starter")
    application.create(jars["Counting"])
    operation = application.client.start_application(ApplicationName="starter")["OperationId"]
    wait_for(own.java_processes, "processes")
    revive(own)
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    application.wait_for_count(5)


@pytest.mark.parametrize("step", ["launch", "halt", "halted", "submit"])
def test_killed_while_updating_it_is_updated(own, jars, step):
    application = running(own, jars)
    count = application.lines()[-1][1]
    seen = len(open(os.path.join(own.data, "daemon.log")).read())
    operation = application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    wait_for(lambda: f"step={step} " in open(os.path.join(own.data, "daemon.log")).read()[seen:], f"step {step}")
    revive(own)
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    assert application.describe()["ApplicationVersionId"] == 2
    application.wait_for_count(count, "second")
    assert_goes_on(application, count)
    assert all(snapshot["SnapshotStatus"] in ("READY", "FAILED") for snapshot in application.snapshots())


def test_killed_while_stopping_it_stops_with_its_snapshot(own, jars):
    application = running(own, jars)
    count = application.lines()[-1][1]
    application.client.stop_application(ApplicationName="survivor")
    revive(own)
    wait_for(lambda: application.status() == "READY", "the stop")
    assert [snapshot["SnapshotStatus"] for snapshot in application.snapshots()] == ["READY"]
    application.start()
    assert_goes_on(application, count)


def test_killed_while_taking_a_snapshot_it_is_ready_or_failed(own, jars):
    application = running(own, jars)
    application.client.create_application_snapshot(ApplicationName="survivor", SnapshotName="s")
    revive(own)
    wait_for(lambda: application.snapshots()[0]["SnapshotStatus"] in ("READY", "FAILED"), "the snapshot's end")
    assert application.status() == "RUNNING"


@pytest.mark.parametrize("main_class", [b"StandaloneSessionClusterEntrypoint", b"TaskManagerRunner"])
def test_a_killed_flink_process_is_replaced(own, jars, main_class):
    application = running(own, jars)
    count = application.lines()[-1][1]
    for pid in own.java_pids(main_class):
        os.kill(pid, signal.SIGKILL)
    assert_goes_on(application, count + 20)
    assert application.status() == "RUNNING"


@pytest.fixture
def impatient(runtime, tmp_path):
    """A daemon for which five seconds without a sign of life are enough."""
    kobel = Kobel(tmp_path, "--silence-limit", "5s")
    yield kobel
    if kobel.process.poll() is None:
        kobel.stop()
    assert kobel.java_processes() == []


def events(application, kind):
    with urllib.request.urlopen(f"{application.kobel.url}/kobel/v1/applications/{application.name}/events") as answer:
        return [event for event in json.load(answer)["events"] if event["kind"] == kind]


@pytest.mark.parametrize("main_class, what", [(b"StandaloneSessionClusterEntrypoint", "no usable answer for"),
                                              (b"TaskManagerRunner", "only 0 of 1 slots were registered for")])
def test_a_flink_process_that_hangs_is_replaced(impatient, jars, main_class, what):
    application = running(impatient, jars)
    count = application.lines()[-1][1]
    stopped = impatient.java_pids(main_class)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    lost = wait_for(lambda: [event for event in events(application, "recovery") if event["phase"] == "LOST"], "the loss is told")
    assert what in lost[0]["reason"]
    assert_goes_on(application, count + 20)
    assert application.status() == "RUNNING"
    wait_for(lambda: not set(stopped) & set(impatient.java_pids(main_class)), "what hung is gone")


def test_a_pause_that_is_shorter_than_the_limit_is_none(own, jars):
    """Swapping, or a full garbage collection: heartbeats that are late for a few seconds restart nothing."""
    application = running(own, jars)
    taskmanager = own.java_pids(b"TaskManagerRunner")
    count = application.lines()[-1][1]
    for pid in taskmanager:
        os.kill(pid, signal.SIGSTOP)
    # Longer than heartbeats were once allowed to be late; the clock is the test's subject here.
    begin = time.monotonic()
    wait_for(lambda: time.monotonic() > begin + 8, "eight seconds")
    for pid in taskmanager:
        os.kill(pid, signal.SIGCONT)
    assert_goes_on(application, count + 20)
    assert events(application, "recovery") == [] and events(application, "restart") == []
    assert own.java_pids(b"TaskManagerRunner") == taskmanager
