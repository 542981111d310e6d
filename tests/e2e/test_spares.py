"""Spares: clusters that are ready before an application needs them."""

import contextlib
import os
import pathlib
import signal

import pytest

from kobel import Application, Kobel, wait_for


@pytest.fixture
def kobel(runtime, tmp_path):
    with Kobel(tmp_path, "--spares", "1") as kobel:
        yield kobel


def spare(kobel):
    """The id of the primed spare, if any."""
    return next((one["id"] for one in kobel.clusters() if one.get("spare") == "READY"), None)


def claimed(kobel):
    """The ids of the spares that have become clusters of applications."""
    return [one.get("spareId") for one in kobel.clusters() if not one["isSpare"]]


@pytest.mark.slow
def test_start_update_and_recovery_claim_the_spare(kobel, jars):
    application = Application(kobel, "quick")
    application.create(jars["Counting"], "first")
    ready = kobel.wait_for_spare()
    application.start()
    assert claimed(kobel) == [ready]
    counted = application.wait_for_count(5, "first")

    ready = kobel.wait_for_spare()
    application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    assert application.settle() == "RUNNING"
    assert claimed(kobel) == [ready]
    counted = application.wait_for_count(counted, "second")
    lines = application.lines()
    first = next(index for index, line in enumerate(lines) if line[0] == "second")
    assert lines[first][1] == lines[first - 1][1] + 1

    ready = kobel.wait_for_spare()
    application.wait_for_checkpoint()
    assert application.inject("kill-jobmanager") == 200
    wait_for(lambda: ready in claimed(kobel), "the spare has taken over")
    application.wait_for_count(counted + 5, "second")
    application.stop()
    application.start()
    application.wait_for_count(counted + 10, "second")
    # The logs of a claimed spare remain with the application; those of an unused spare are removed with it.
    logs = list(pathlib.Path(kobel.data).glob("apps/*/clusters/*/log/taskmanager-1.out"))
    assert len(logs) >= 3
    application.delete()
    assert claimed(kobel) == []


def test_the_first_application_that_starts_claims_the_spare(kobel, jars):
    one, two = Application(kobel, "one"), Application(kobel, "two")
    one.create(jars["Counting"])
    ready = kobel.wait_for_spare()
    two.create(jars["Counting"])
    assert spare(kobel) == ready
    two.start()
    assert claimed(kobel) == [ready]
    counted = two.wait_for_count(5)
    two.stop()
    # The next cluster finds its state, spare or not.
    two.start()
    two.wait_for_count(counted + 5)
    one.start()
    assert one.wait_for_count(3) > 3
    assert {snapshot["SnapshotStatus"] for snapshot in two.snapshots()} == {"READY"}


def found_in(kobel, state):
    """The id of a spare in that state. One that is READY already is killed, so that the next one passes through the state."""
    ready = spare(kobel)
    for pid in kobel.java_pids(b"TaskManagerRunner", ready) if ready else []:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return next((one["id"] for one in kobel.clusters() if one.get("spare") == state), None)


@pytest.mark.parametrize("state", ["BOOTING", "PRIMING"])
def test_a_start_waits_for_a_spare_that_is_not_ready_yet(kobel, jars, state):
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
    with Kobel(tmp_path, "--spares", "0") as kobel:
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


def test_the_logs_of_a_claimed_spare_remain_after_a_kill(kobel, jars):
    application = Application(kobel, "killed")
    application.create(jars["Counting"])
    kobel.wait_for_spare()
    application.start()
    counted = application.wait_for_count(5)
    kobel.kill()
    kobel.start()
    application.wait_for_count(counted + 5)
    logs = pathlib.Path(kobel.data).glob("apps/*/clusters/*/log/taskmanager-1.out")
    assert any(not path.parents[1].is_symlink() and "count=" in path.read_text() for path in logs)


def test_a_second_spare_has_the_size_that_was_used_last(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--spares", "2") as kobel:
        application = Application(kobel, "twice")
        application.create(jars["Counting"])
        wait_for(lambda: [one["slots"] for one in kobel.clusters() if one.get("spare") == "READY"] == [1, 1], "there are two spares")
        application.update_configuration(FlinkApplicationConfigurationUpdate={"ParallelismConfigurationUpdate": {
            "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": 2, "ParallelismPerKPUUpdate": 2}})
        wait_for(lambda: sorted(one["slots"] for one in kobel.clusters() if one.get("spare") == "READY") == [1, 2], "there is one of each size")


def test_a_spare_is_removed_where_memory_is_short(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--spares", "1", "--memory-budget", "2200m") as kobel:
        one, two = Application(kobel, "one"), Application(kobel, "two")
        one.create(jars["Counting"])
        kobel.wait_for_spare()
        two.create(jars["Counting"])
        one.start()
        two.start()
        assert [one.status(), two.status()] == ["RUNNING", "RUNNING"]
        for application in (one, two):
            application.stop(Force=True)


def test_an_unused_spare_is_replaced_after_its_maximum_age(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--spares", "1", "--spare-max-age", "1s") as kobel:
        Application(kobel, "idle").create(jars["Counting"])
        first = wait_for(lambda: next((one["id"] for one in kobel.clusters() if one["isSpare"]), None), "a spare boots")
        wait_for(lambda: first not in [one["id"] for one in kobel.clusters()], "it is replaced")
