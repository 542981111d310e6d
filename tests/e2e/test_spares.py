"""A cluster that stands ready for the application used last."""

import json
import pathlib
import urllib.request

import pytest

from kobel import Application, Kobel, wait_for


@pytest.fixture
def kobel(runtime, tmp_path):
    kobel = Kobel(tmp_path, "--spares", "1")
    yield kobel
    assert kobel.stop() == 0
    assert kobel.java_processes() == []


def clusters(kobel):
    return json.load(urllib.request.urlopen(f"{kobel.url}/kobel/v1/status", timeout=10))["clusters"]


def spare(kobel):
    """The id of the primed spare."""
    return next((one["id"] for one in clusters(kobel) if one.get("spare") == "READY"), None)


def wait_for_spare(kobel):
    return wait_for(lambda: spare(kobel), "a spare is primed")


def ran_on(application):
    """Directories in which the job has printed, oldest first."""
    found = []
    for one in clusters(application.kobel):
        if not one["isSpare"]:
            found.append(one["logDirectory"])
    return found


def test_start_update_and_recovery_take_the_spare(kobel, jars):
    application = Application(kobel, "quick")
    application.create(jars["Counting"], "first")
    ready = wait_for_spare(kobel)
    application.start()
    assert [ready in directory for directory in ran_on(application)] == [True]
    counted = application.wait_for_count(5, "first")
    # Its logs are found by the id that it has now, too.
    current = next(one for one in clusters(kobel) if not one["isSpare"])
    logs = next(pathlib.Path(kobel.data).glob(f"apps/*/clusters/{current['id']}/log"))
    assert logs.samefile(current["logDirectory"])

    ready = wait_for_spare(kobel)
    application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    assert application.settle() == "RUNNING"
    assert [ready in directory for directory in ran_on(application)] == [True]
    counted = application.wait_for_count(counted, "second")
    lines = application.lines()
    first = next(index for index, line in enumerate(lines) if line[0] == "second")
    assert lines[first][1] == lines[first - 1][1] + 1

    ready = wait_for_spare(kobel)
    url = f"{kobel.url}/kobel/v1/applications/quick"
    wait_for(lambda: json.load(urllib.request.urlopen(url, timeout=10))["lastCheckpoint"], "a checkpoint is on record")
    urllib.request.urlopen(f"{url}/faults", data=b'{"fault": "kill-jobmanager"}', timeout=10).close()
    wait_for(lambda: any(ready in directory for directory in ran_on(application)), "the spare has taken over")
    application.wait_for_count(counted + 5, "second")
    application.stop()
    application.start()
    application.wait_for_count(counted + 10, "second")
    application.delete()
    assert clusters(kobel) == []


def test_a_spare_is_of_the_application_used_last(kobel, jars):
    one, two = Application(kobel, "one"), Application(kobel, "two")
    one.create(jars["Counting"])
    first = wait_for_spare(kobel)
    two.create(jars["Counting"])
    wait_for(lambda: spare(kobel) not in (None, first), "the spare is another one")
    ids = {app["name"]: app["id"] for app in json.load(urllib.request.urlopen(f"{kobel.url}/kobel/v1/status", timeout=10))["apps"]}
    assert spare(kobel).startswith(ids["two"])
    assert len([cluster for cluster in clusters(kobel) if cluster["isSpare"]]) == 1


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
