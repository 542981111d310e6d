"""A data directory that an earlier version of kobel left is continued: tests/data/directories."""

import pathlib
import shutil
import sqlite3

import pytest
from enhanced import INTO_THE_MODE, Snapshots, counts, new_counts

from kobel import Application, Kobel, wait_for

DIRECTORIES = pathlib.Path(__file__).parents[1] / "data" / "directories"
# What the states in the directory have counted, and one more.
RUNNING_FROM, UPDATED_FROM, STOPPED_BY_HAND = 119, 92, 116


def restored(version, data):
    """The directory of that version at `data`."""
    shutil.copytree(DIRECTORIES / str(version), data)
    script = data / "kobel.sql"
    with sqlite3.connect(data / "kobel.db") as database:
        database.executescript(script.read_text().replace("@DATA@", str(data)))
    database.close()
    script.unlink()
    return data


@pytest.fixture
def upgraded(runtime, tmp_path):
    with Kobel(restored(8, tmp_path / "data")) as kobel:
        yield kobel


def operations(application):
    listed = application.client.list_application_operations(ApplicationName=application.name)["ApplicationOperationInfoList"]
    return [(one["Operation"], one["OperationStatus"]) for one in listed]


def versions(application):
    listed = application.client.list_application_versions(ApplicationName=application.name)["ApplicationVersionSummaries"]
    return [one["ApplicationVersionId"] for one in listed]


def check_what_is_kept(kobel):
    listed = kobel.client.list_applications()["ApplicationSummaries"]
    assert {(one["ApplicationName"], one["ApplicationVersionId"]) for one in listed} == {
        ("stopped", 2), ("running", 1), ("updated", 2), ("empty", 1)}
    stopped = Application(kobel, "stopped")
    detail = stopped.describe()
    assert detail["ApplicationStatus"] == "READY"
    shown = detail["ApplicationConfigurationDescription"]
    assert shown["ApplicationSnapshotConfigurationDescription"] == {"SnapshotsEnabled": True, "SnapshotMode": "APPLICATION_SNAPSHOTS_LEGACY"}
    assert shown["EnvironmentPropertyDescriptions"]["PropertyGroupDescriptions"] == stopped.properties("second")["PropertyGroups"]
    assert kobel.client.list_tags_for_resource(ResourceARN=detail["ApplicationARN"])["Tags"] == [{"Key": "team", "Value": "orders"}]
    assert operations(stopped) == [(f"{kind}Application", "SUCCESSFUL") for kind in ("Stop", "Update", "Start")]
    assert versions(stopped) == [2, 1]
    old = kobel.client.describe_application_version(ApplicationName="stopped", ApplicationVersionId=1)["ApplicationVersionDetail"]
    assert old["ApplicationConfigurationDescription"]["EnvironmentPropertyDescriptions"][
        "PropertyGroupDescriptions"] == stopped.properties("first")["PropertyGroups"]
    assert [(one["SnapshotName"].split("-")[0], one["SnapshotStatus"], one["ApplicationVersionId"]) for one in stopped.snapshots()] == [
        ("STOPAPPLICATION", "READY", 2), ("UPDATEAPPLICATION", "READY", 1), ("by", "READY", 1)]
    assert [event["kind"] for event in stopped.events()].count("snapshot") > 0


@pytest.mark.slow
def test_a_directory_of_version_8_is_continued(upgraded):
    check_what_is_kept(upgraded)
    stopped, running, updated, empty = (Application(upgraded, name) for name in ("stopped", "running", "updated", "empty"))

    # The job that was left continues from its snapshot, and the update that was left ends.
    assert running.status() == "RUNNING" and updated.settle() == "RUNNING"
    assert new_counts(running, "running", 0)[0] == RUNNING_FROM
    assert operations(updated) == [("UpdateApplication", "SUCCESSFUL"), ("StartApplication", "SUCCESSFUL")]
    assert versions(updated) == [2, 1]
    assert new_counts(updated, "new", 0)[0] == UPDATED_FROM

    # A start continues from the newest snapshot, or from one by its name.
    stopped.start()
    assert new_counts(stopped, "second", 0)[0] == 1425
    stopped.stop(Force=True)
    seen = len(counts(stopped, "second"))
    stopped.start(RunConfiguration={"ApplicationRestoreConfiguration": {
        "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": "by-hand"}})
    assert new_counts(stopped, "second", seen)[0] == STOPPED_BY_HAND

    # What this version has is there as well.
    running.update_configuration(**INTO_THE_MODE)
    assert running.settle() == "RUNNING"
    snapshots = Snapshots(running)
    assert snapshots.take("s")["SnapshotStatus"] == "READY"
    for application in (stopped, running, updated):
        application.stop(Force=True)
    for application in (stopped, running, updated, empty):
        application.delete()
    snapshots.delete_all()
    wait_for(lambda: not list(pathlib.Path(upgraded.data, "apps").glob("[0-9a-f]*")), "no file of the applications is left")
