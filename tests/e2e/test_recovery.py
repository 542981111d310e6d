"""Killed daemons and killed Flink processes: applications continue from what was recorded, and no process is left."""

import fcntl
import glob
import os
import signal
import threading
import time

import pytest

from kobel import Application, Kobel, wait_for


def start(own, jars):
    application = Application(own, "survivor")
    application.create(jars["Counting"])
    application.start()
    application.wait_for_count(30)
    # A restore point for the recovery.
    wait_for(lambda: glob.glob(os.path.join(own.data, "apps", "*", "checkpoints", "*", "chk-*", "_metadata")), "a checkpoint")
    return application


def restart(own):
    own.kill()
    own.start()


def assert_continues(application, count):
    """The job is restored: it counts above `count`, and has not begun at 1 again."""
    application.wait_for_count(count)
    assert [line[1] for line in application.lines()].count(1) == 1


@pytest.mark.quick
def test_a_running_application_is_recovered_after_its_daemon_was_killed(own, jars):
    application = start(own, jars)
    own.kill()
    wait_for(lambda: own.java_processes() == [], "the clusters die with the daemon")
    own.start()
    count = application.lines()[-1][1]
    assert application.status() == "RUNNING"
    assert_continues(application, count)


def test_a_lock_that_a_child_holds_for_a_moment_is_awaited(own):
    """A child that the daemon was starting when it was killed holds the lock until its execve()."""
    own.kill()
    with open(os.path.join(own.data, "lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        freed = threading.Timer(0.3, fcntl.flock, (lock, fcntl.LOCK_UN))
        freed.start()
        own.start()
        freed.join()
    assert own.stop() == 0


def test_a_stopped_daemon_leaves_no_process_and_continues_later(own, jars):
    application = start(own, jars)
    assert own.stop() == 0
    assert own.java_processes() == []
    count = application.lines()[-1][1]
    own.start()
    assert application.status() == "RUNNING"
    assert_continues(application, count)


def test_killed_while_starting_it_starts(own, jars):
    application = Application(own, "starter")
    application.create(jars["Counting"])
    operation = application.client.start_application(ApplicationName="starter")["OperationId"]
    wait_for(own.java_processes, "processes")
    restart(own)
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    application.wait_for_count(5)


@pytest.mark.parametrize("step", ["launch", "halt", "halted", "submit"])
def test_killed_while_updating_it_is_updated(own, jars, step):
    application = start(own, jars)
    count = application.lines()[-1][1]
    seen = len(open(os.path.join(own.data, "daemon.log")).read())
    operation = application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    wait_for(lambda: f"step={step} " in open(os.path.join(own.data, "daemon.log")).read()[seen:], f"step {step}")
    restart(own)
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    assert application.describe()["ApplicationVersionId"] == 2
    application.wait_for_count(count, "second")
    assert_continues(application, count)
    assert all(snapshot["SnapshotStatus"] in ("READY", "FAILED") for snapshot in application.snapshots())


def test_killed_while_stopping_it_stops_with_its_snapshot(own, jars):
    application = start(own, jars)
    count = application.lines()[-1][1]
    application.client.stop_application(ApplicationName="survivor")
    restart(own)
    wait_for(lambda: application.status() == "READY", "the stop")
    assert [snapshot["SnapshotStatus"] for snapshot in application.snapshots()] == ["READY"]
    application.start()
    assert_continues(application, count)


def test_killed_while_taking_a_snapshot_it_is_taken(own, jars):
    application = start(own, jars)
    application.client.create_application_snapshot(ApplicationName="survivor", SnapshotName="s")
    restart(own)
    wait_for(lambda: application.snapshots()[0]["SnapshotStatus"] == "READY", "the snapshot is READY")
    assert application.status() == "RUNNING"


@pytest.mark.parametrize("main_class", [b"StandaloneSessionClusterEntrypoint", b"TaskManagerRunner"])
def test_a_killed_flink_process_is_replaced(own, jars, main_class):
    application = start(own, jars)
    count = application.lines()[-1][1]
    for pid in own.java_pids(main_class):
        os.kill(pid, signal.SIGKILL)
    assert_continues(application, count + 20)
    assert application.status() == "RUNNING"


@pytest.fixture
def impatient(runtime, tmp_path):
    """A daemon that gives up a process after five seconds of silence."""
    with Kobel(tmp_path, "--silence-limit", "5s") as kobel:
        yield kobel


@pytest.mark.parametrize("main_class, what", [(b"StandaloneSessionClusterEntrypoint", "no usable answer for"),
                                              (b"TaskManagerRunner", "only 0 of 1 slots were registered for")])


def test_a_flink_process_that_hangs_is_replaced(impatient, jars, main_class, what):
    application = start(impatient, jars)
    count = application.lines()[-1][1]
    stopped = impatient.java_pids(main_class)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    lost = wait_for(lambda: [event for event in application.events("recovery") if event["phase"] == "LOST"], "the loss is reported")
    assert what in lost[0]["reason"]
    assert_continues(application, count + 20)
    assert application.status() == "RUNNING"
    wait_for(lambda: not set(stopped) & set(impatient.java_pids(main_class)), "the process that hung is gone")


def test_a_pause_that_is_shorter_than_the_limit_causes_no_recovery(own, jars):
    """Heartbeats that are some seconds late, as with swapping or a full garbage collection, cause no restart."""
    application = start(own, jars)
    taskmanager = own.java_pids(b"TaskManagerRunner")
    count = application.lines()[-1][1]
    for pid in taskmanager:
        os.kill(pid, signal.SIGSTOP)
    # The test is about this time, so that it has to pass.
    begin = time.monotonic()
    wait_for(lambda: time.monotonic() > begin + 8, "eight seconds")
    for pid in taskmanager:
        os.kill(pid, signal.SIGCONT)
    assert_continues(application, count + 20)
    assert application.events("recovery") == [] and application.events("restart") == []
    assert own.java_pids(b"TaskManagerRunner") == taskmanager
