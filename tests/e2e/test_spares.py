"""A cluster that stands ready for whoever comes next."""

import contextlib
import json
import os
import pathlib
import signal
import urllib.request

import pytest

from kobel import PATIENCE_S, Application, Kobel, wait_for


@pytest.fixture
def kobel(runtime, tmp_path):
    kobel = Kobel(tmp_path, "--spares", "1")
    yield kobel
    assert kobel.stop() == 0
    assert kobel.java_processes() == []


def clusters(kobel):
    return json.load(urllib.request.urlopen(f"{kobel.url}/kobel/v1/status", timeout=PATIENCE_S))["clusters"]


def spare(kobel):
    """The id of the primed spare."""
    return next((one["id"] for one in clusters(kobel) if one.get("spare") == "READY"), None)


def wait_for_spare(kobel):
    return wait_for(lambda: spare(kobel), "a spare is primed")


def claimed(kobel):
    """Which spares the clusters of applications were."""
    return [one.get("spareId") for one in clusters(kobel) if not one["isSpare"]]


@pytest.mark.slow
def test_start_update_and_recovery_take_the_spare(kobel, jars):
    application = Application(kobel, "quick")
    application.create(jars["Counting"], "first")
    ready = wait_for_spare(kobel)
    application.start()
    assert claimed(kobel) == [ready]
    counted = application.wait_for_count(5, "first")

    ready = wait_for_spare(kobel)
    application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    assert application.settle() == "RUNNING"
    assert claimed(kobel) == [ready]
    counted = application.wait_for_count(counted, "second")
    lines = application.lines()
    first = next(index for index, line in enumerate(lines) if line[0] == "second")
    assert lines[first][1] == lines[first - 1][1] + 1

    ready = wait_for_spare(kobel)
    url = f"{kobel.url}/kobel/v1/applications/quick"
    wait_for(lambda: json.load(urllib.request.urlopen(url, timeout=PATIENCE_S))["lastCheckpoint"], "a checkpoint is on record")
    urllib.request.urlopen(f"{url}/faults", data=b'{"fault": "kill-jobmanager"}', timeout=PATIENCE_S).close()
    wait_for(lambda: ready in claimed(kobel), "the spare has taken over")
    application.wait_for_count(counted + 5, "second")
    application.stop()
    application.start()
    application.wait_for_count(counted + 10, "second")
    # The logs of what was a spare stay with the application; those of a spare that nobody took go with it.
    logs = list(pathlib.Path(kobel.data).glob("apps/*/clusters/*/log/taskmanager-1.out"))
    assert len(logs) >= 3
    application.delete()
    assert claimed(kobel) == []


def test_a_spare_serves_whoever_comes_first(kobel, jars):
    one, two = Application(kobel, "one"), Application(kobel, "two")
    one.create(jars["Counting"])
    ready = wait_for_spare(kobel)
    two.create(jars["Counting"])
    assert spare(kobel) == ready
    two.start()
    assert claimed(kobel) == [ready]
    counted = two.wait_for_count(5)
    two.stop()
    # What it left is found by the next cluster, spare or not.
    two.start()
    two.wait_for_count(counted + 5)
    one.start()
    assert one.wait_for_count(3) > 3
    assert {snapshot["SnapshotStatus"] for snapshot in two.snapshots()} == {"READY"}


def found_in(kobel, state):
    """The id of a spare that is in that state. One that was READY before anybody looked is ended: another one will pass through it."""
    ready = spare(kobel)
    for pid in kobel.java_pids(b"TaskManagerRunner", ready) if ready else []:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return next((one["id"] for one in clusters(kobel) if one.get("spare") == state), None)


@pytest.mark.parametrize("state", ["BOOTING", "PRIMING"])
def test_a_spare_that_is_not_done_yet_is_waited_for(kobel, jars, state):
    application = Application(kobel, "early")
    application.create(jars["Counting"], "early")
    early = wait_for(lambda: found_in(kobel, state), f"a spare is {state}")
    application.start()
    assert claimed(kobel) == [early]
    counted = application.wait_for_count(5, "early")
    assert application.lines()[0][:2] == ("early", 1)
    application.stop()
    application.start()
    application.wait_for_count(counted + 5)


def test_a_cluster_for_an_update_is_primed_while_the_old_job_runs(runtime, jars, tmp_path):
    kobel = Kobel(tmp_path, "--spares", "0")
    try:
        application = Application(kobel, "primed")
        application.create(jars["Counting"], "first")
        application.start()
        counted = application.wait_for_count(5, "first")
        application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
        assert application.settle() == "RUNNING"
        application.wait_for_count(counted, "second")
        lines = application.lines()
        first = next(index for index, line in enumerate(lines) if line[0] == "second")
        assert lines[first][1] == lines[first - 1][1] + 1
        logs = sorted(pathlib.Path(kobel.data).glob("apps/*/clusters/*/log/jobmanager.log"))
        assert ["kobel primer" in log.read_text() for log in logs] == [False, True]
    finally:
        assert kobel.stop() == 0
        assert kobel.java_processes() == []


def test_a_daemon_that_is_killed_leaves_the_logs_of_what_was_a_spare(kobel, jars):
    application = Application(kobel, "killed")
    application.create(jars["Counting"])
    wait_for_spare(kobel)
    application.start()
    counted = application.wait_for_count(5)
    kobel.kill()
    kobel.start()
    application.wait_for_count(counted + 5)
    logs = pathlib.Path(kobel.data).glob("apps/*/clusters/*/log/taskmanager-1.out")
    assert any(not path.parents[1].is_symlink() and "count=" in path.read_text() for path in logs)


def test_more_spares_are_of_the_shape_used_last(runtime, jars, tmp_path):
    kobel = Kobel(tmp_path, "--spares", "2")
    try:
        application = Application(kobel, "twice")
        application.create(jars["Counting"])
        wait_for(lambda: [one["slots"] for one in clusters(kobel) if one.get("spare") == "READY"] == [1, 1], "there are two")
        application.update_configuration(FlinkApplicationConfigurationUpdate={"ParallelismConfigurationUpdate": {
            "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": 2, "ParallelismPerKPUUpdate": 2}})
        wait_for(lambda: sorted(one["slots"] for one in clusters(kobel) if one.get("spare") == "READY") == [1, 2], "there is one of each")
    finally:
        assert kobel.stop() == 0
        assert kobel.java_processes() == []


def test_a_spare_gives_way_where_memory_is_short(runtime, jars, tmp_path):
    kobel = Kobel(tmp_path, "--spares", "1", "--memory-budget", "2200m")
    try:
        one, two = Application(kobel, "one"), Application(kobel, "two")
        one.create(jars["Counting"])
        wait_for_spare(kobel)
        two.create(jars["Counting"])
        one.start()
        two.start()
        assert [one.status(), two.status()] == ["RUNNING", "RUNNING"]
        for application in (one, two):
            application.stop(Force=True)
    finally:
        assert kobel.stop() == 0
        assert kobel.java_processes() == []


def test_a_spare_that_nobody_uses_gets_old(runtime, jars, tmp_path):
    kobel = Kobel(tmp_path, "--spares", "1", "--spare-max-age", "1s")
    try:
        Application(kobel, "idle").create(jars["Counting"])
        first = wait_for(lambda: next((one["id"] for one in clusters(kobel) if one["isSpare"]), None), "a spare boots")
        wait_for(lambda: first not in [one["id"] for one in clusters(kobel)], "it has gone")
    finally:
        assert kobel.stop() == 0
        assert kobel.java_processes() == []
