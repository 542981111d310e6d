"""The commands with enhanced snapshots: taken, copied to a bucket and back, and another application started from the copy."""

import json
import os
import re

import pytest
from command_line import call

from kobel import Application
from test_cli import complete

ENHANCED = {"ApplicationSnapshotConfiguration": {"SnapshotsEnabled": True, "SnapshotMode": "ENHANCED_SNAPSHOTS"}}


@pytest.fixture
def enhanced(own, jars):
    """An application that takes enhanced snapshots, on a daemon of its own: its account has no others."""
    application = Application(own, "enhanced")
    application.create(jars["Counting"], **ENHANCED)
    application.start()
    application.wait_for_count(5)
    return application


@pytest.mark.slow
def test_commands_copy_a_snapshot_to_a_bucket_and_another_application_starts_from_the_copy(enhanced, jars):
    kobel, client = enhanced.kobel, enhanced.client
    os.makedirs(os.path.join(kobel.data, "s3", "copies"))

    count = enhanced.wait_for_count(5)
    taken = json.loads(call(kobel, "snapshot", "enhanced", "first", "--json"))
    assert taken["SnapshotArn"].endswith(":snapshot/first") and taken["ApplicationName"] == "enhanced"
    assert client.describe_snapshot(SnapshotName="first")["SnapshotInfoDetails"]["SnapshotInitiator"] == "USER"
    assert enhanced.snapshots() == []

    exported = call(kobel, "export", "first", "s3://copies/out")
    place = re.fullmatch(r"first: exported to (s3://copies/out/\S+/) \(.+\)\n", exported)[1]
    assert os.path.exists(os.path.join(kobel.data, "s3", place.removeprefix("s3://"), "_metadata"))
    imported = json.loads(call(kobel, "import", "copy", place, "--json"))
    assert imported["SnapshotName"] == "copy" and imported["Place"] == place
    assert "by-file: imported" in call(kobel, "import", "by-file", place + "_metadata")
    refused = call(kobel, "export", "absent", "s3://copies/out", status=1)
    assert "ResourceNotFoundException" in refused and "Ctrl-C" not in refused, "there is nothing to wait for"
    assert "SavepointNotFound" in call(kobel, "import", "nothing", "s3://copies/nowhere/", status=1)
    assert "NoSuchBucket" in call(kobel, "export", "first", "s3://absent/p/", status=1)
    assert "is not a place in a bucket" in call(kobel, "export", "first", "copies", status=2)

    rows = {line.split()[0]: line.split()[1:] for line in call(kobel, "snapshots").splitlines()}
    assert rows["first"][:2] == ["READY", "enhanced"] and rows["first"][-1] == "USER"
    assert rows["copy"][:2] == ["READY", place] and rows["nothing"][0] == "FAILED"
    assert call(kobel, "snapshots", "enhanced", "--names").split() == ["first"]
    described = json.loads(call(kobel, "snapshots", "--json"))["snapshots"]
    assert {"nothing": 0}.items() <= {one["SnapshotName"]: one["SnapshotSizeInBytes"] for one in described}.items()
    assert complete("export", "fi", KOBEL_URL=kobel.url) == ["first"]
    assert set(complete("restore", "enhanced", "", KOBEL_URL=kobel.url)) == {"first", "copy", "by-file"}

    # A stop names the snapshot that it made, and not a newer one of another source.
    stopped = call(kobel, "stop", "enhanced")
    assert "stopped, with snapshot SYSTEMSNAPSHOT-enhanced-" in stopped
    status = call(kobel, "status", "enhanced")
    assert "SYSTEMSNAPSHOT-enhanced-" in status and "SYSTEM" in status and "copy" not in status
    listed = json.loads(call(kobel, "status", "enhanced", "--json"))
    assert [one["SnapshotName"] for one in listed["SnapshotInfoList"]][1:] == ["first"] and listed["SnapshotSummaries"] == []

    other = Application(kobel, "other")
    other.create(jars["Counting"], label="restored", **ENHANCED)
    assert "RUNNING from snapshot copy" in call(kobel, "restore", "other", "copy")
    other.wait_for_count(0, "restored")
    assert next(line[1] for line in other.lines() if line[0] == "restored") > count
    # By its ARN, and as an update.
    assert "RUNNING from snapshot arn:" in call(kobel, "restore", "other", taken["SnapshotArn"])
    assert "ResourceNotFoundException" in call(kobel, "restore", "other", "absent", status=1)


def test_commands_follow_an_application_through_the_change_of_its_mode(own, jars):
    application = Application(own, "changed")
    application.create(jars["Counting"])
    application.start()
    application.wait_for_count(5)
    assert "snapshot old" in call(own, "snapshot", "changed", "old")
    application.update_configuration(ApplicationSnapshotConfigurationUpdate={
        "SnapshotsEnabledUpdate": True, "SnapshotModeUpdate": "ENHANCED_SNAPSHOTS"})
    assert application.settle() == "RUNNING"
    assert "snapshot new" in call(own, "snapshot", "changed", "new")
    assert "'old' is an application snapshot, of the old kind" in call(own, "restore", "changed", "old", status=1)
    legacy = Application(own, "legacy")
    legacy.create(jars["Counting"])
    for named in ("new", own.client.describe_snapshot(SnapshotName="new")["SnapshotInfoDetails"]["SnapshotArn"]):
        assert f"'{named}' is an enhanced snapshot: legacy restores application snapshots only" in call(own, "restore", "legacy", named, status=1)
    events = call(own, "events", "changed")
    assert "snapshot new is READY" in events and "snapshot/" not in events
    status = call(own, "status", "changed")
    assert "old" in status and "new" in status
    assert "old" not in call(own, "snapshots", "--names").split()
    application.update_configuration(ApplicationSnapshotConfigurationUpdate={"SnapshotsEnabledUpdate": False})
    application.settle()
    assert "SnapshotsEnabled is false" in call(own, "stop", "changed")
