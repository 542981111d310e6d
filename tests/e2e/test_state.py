"""State survives: upgrades of Flink in place, snapshots on plain Flink, restores, a full disk."""

import contextlib
import itertools
import os
import pathlib
import re
import subprocess

import pytest
from botocore.exceptions import ClientError
from plain_flink import PlainFlink

from kobel import Application, Kobel, wait_for


@pytest.mark.slow
def test_flink_is_upgraded_in_place_and_rolled_back(runtime_2_2, running):
    client, name = running.client, running.name
    running.take_snapshot("of-1-20")
    counted = running.wait_for_count(5)
    running.update(RuntimeEnvironmentUpdate="FLINK-2_2")
    assert running.settle() == "RUNNING"
    detail = running.describe()
    assert (detail["RuntimeEnvironment"], detail["ApplicationVersionId"]) == ("FLINK-2_2", 2)
    counted = running.wait_for_count(counted + 5)
    running.take_snapshot("of-2-2")
    assert [snapshot["RuntimeEnvironment"] for snapshot in running.snapshots()] == ["FLINK-2_2", "FLINK-1_20", "FLINK-1_20"]
    with pytest.raises(ClientError, match="is of runtime environment FLINK-2_2, which FLINK-1_20 cannot read") as error:
        client.update_application(ApplicationName=name, CurrentApplicationVersionId=2, RuntimeEnvironmentUpdate="FLINK-1_20")
    assert error.value.response["Error"]["Code"] == "InvalidArgumentException"
    # Flink 1.20 cannot read what 2.2 wrote: the roll back restores the newest snapshot of 1.20.
    client.rollback_application(ApplicationName=name, CurrentApplicationVersionId=2)
    assert running.settle() == "RUNNING"
    detail = running.describe()
    assert (detail["RuntimeEnvironment"], detail["ApplicationVersionId"]) == ("FLINK-1_20", 3)
    assert (detail["ApplicationVersionRolledBackFrom"], detail["ApplicationVersionRolledBackTo"]) == (2, 1)
    automatic = next(one["SnapshotName"] for one in running.snapshots() if one["RuntimeEnvironment"] == "FLINK-1_20")
    assert automatic.startswith("UPDATE")
    assert f"/snapshots/{automatic}/" in running.show()["current"]["restoredFrom"]
    running.wait_for_count(counted)


def test_the_newest_flink_continues_with_the_state_and_a_step_down_starts_without_it(runtime_2_3, running):
    counted = running.wait_for_count(5)
    running.update(RuntimeEnvironmentUpdate="FLINK-2_3")
    assert running.settle() == "RUNNING"
    running.wait_for_count(counted)
    running.stop()
    running.update(RuntimeEnvironmentUpdate="FLINK-1_20")
    assert (running.status(), running.describe()["RuntimeEnvironment"]) == ("READY", "FLINK-1_20")
    with pytest.raises(ClientError, match="is of runtime environment FLINK-2_3, which FLINK-1_20 cannot read") as error:
        running.start()
    assert error.value.response["Error"]["Code"] == "InvalidArgumentException"
    running.start(RunConfiguration={"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}})
    wait_for(lambda: [count for _, count, _ in running.lines()].count(1) == 2, "the job counts from 1 again")


def upgrade_legacy_program(application, jars, rolls_back):
    application.create(jars["Legacy"], ApplicationSystemRollbackConfiguration={"RollbackEnabled": rolls_back})
    application.start()
    application.wait_for_count(20)
    operation = application.update(RuntimeEnvironmentUpdate="FLINK-2_2")
    status = application.settle()
    ended = application.operation(operation)
    assert ended["OperationStatus"] == "FAILED"
    assert "SourceFunction" in ended["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    return status, ended


def test_a_program_that_the_later_flink_cannot_run_is_rolled_back_with_its_state(runtime_2_2, application, jars):
    status, ended = upgrade_legacy_program(application, jars, True)
    assert status == "RUNNING"
    back = application.operation(ended["OperationFailureDetails"]["RollbackOperationId"])
    assert (back["Operation"], back["OperationStatus"]) == ("RollbackApplication", "SUCCESSFUL")
    detail = application.describe()
    assert (detail["RuntimeEnvironment"], detail["ApplicationVersionId"]) == ("FLINK-1_20", 3)
    counts = [count for _, count, _ in application.lines()]
    application.wait_for_count(counts[-1])
    counts = [count for _, count, _ in application.lines()]
    assert counts == list(range(1, len(counts) + 1))


def test_a_program_that_the_later_flink_cannot_run_ends_ready_without_roll_back(runtime_2_2, application, jars):
    status, ended = upgrade_legacy_program(application, jars, False)
    assert status == "READY"
    assert "RollbackOperationId" not in ended["OperationFailureDetails"]
    assert application.describe()["RuntimeEnvironment"] == "FLINK-2_2"
    assert [snapshot["SnapshotStatus"] for snapshot in application.snapshots()] == ["READY"]


def test_a_snapshot_can_be_restored_by_plain_flink(running, runtime, jars, tmp_path):
    running.take_snapshot("portable")
    counted = running.wait_for_count(5)
    savepoints = list(pathlib.Path(running.kobel.data).glob("apps/*/snapshots/portable/*/savepoint-*/_metadata"))
    assert len(savepoints) == 1
    running.stop(Force=True)
    plain = PlainFlink(runtime, tmp_path)
    try:
        plain.run(jars["Counting"], savepoint=str(savepoints[0].parent))

        def first():
            lines = re.findall(r"count=(\d+)", (tmp_path / "out.log").read_text(errors="replace"))
            return lines and int(lines[0])
        assert 1 < wait_for(first, "the job counts on plain Flink") <= counted + 1
    finally:
        plain.stop()


@pytest.mark.parametrize("restore", ["SKIP_RESTORE_FROM_SNAPSHOT", "RESTORE_FROM_CUSTOM_SNAPSHOT", "RESTORE_FROM_LATEST_SNAPSHOT"])
def test_an_update_restores_what_was_requested(running, restore):
    running.take_snapshot("early")
    at_snapshot = running.wait_for_count(5)
    running.wait_for_count(at_snapshot + 100)
    configuration = {"ApplicationRestoreType": restore, **({"SnapshotName": "early"} if "CUSTOM" in restore else {})}
    running.update(RunConfigurationUpdate={"ApplicationRestoreConfiguration": configuration},
                   ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": running.properties("second")})
    assert running.settle() == "RUNNING"
    running.wait_for_count(0, "second")
    first = next(count for label, count, _ in running.lines() if label == "second")
    last = [count for label, count, _ in running.lines() if label == "first"][-1]
    if restore.startswith("SKIP"):
        assert first == 1
    elif "CUSTOM" in restore:
        assert 1 < first <= at_snapshot + 1
    else:
        assert first == last + 1
    shown = running.describe()["ApplicationConfigurationDescription"]["RunConfigurationDescription"]
    assert shown["ApplicationRestoreConfigurationDescription"] == configuration


def test_state_without_an_operator_is_dropped_only_when_allowed(running, jars):
    operation = running.update_configuration(**running.new_code(jars["OtherUid"]))
    running.settle()
    assert running.operation(operation)["OperationStatus"] == "FAILED"
    assert running.status() == "READY"
    running.start(RunConfiguration={"FlinkRunConfiguration": {"AllowNonRestoredState": True}})
    shown = running.describe()["ApplicationConfigurationDescription"]["RunConfigurationDescription"]
    assert shown["FlinkRunConfigurationDescription"] == {"AllowNonRestoredState": True}
    running.update_configuration(EnvironmentPropertyUpdates=running.properties("second"))
    assert running.settle() == "RUNNING"
    shown = running.describe()["ApplicationConfigurationDescription"]["RunConfigurationDescription"]
    assert shown["FlinkRunConfigurationDescription"] == {"AllowNonRestoredState": False}


def test_a_full_disk_fails_a_snapshot_and_harms_nothing(runtime, jars, tmp_path):
    """The data directory is on a small file system, which root may mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "kobel-test", str(disk)], capture_output=True).returncode != 0:
        pytest.skip("a file system of a fixed size needs root")
    try:
        with Kobel(disk / "data") as kobel:
            application = Application(kobel, "full")
            application.create(jars["Counting"])
            application.start()
            application.take_snapshot("good")
            filler = disk / "filler"
            with open(filler, "wb", buffering=0) as file, pytest.raises(OSError):
                while True:
                    file.write(b"x" * 65536)
            try:
                application.client.create_application_snapshot(ApplicationName="full", SnapshotName="bad")
                # Where the database has no room either it stays CREATING, and is recorded as FAILED later.
                with contextlib.suppress(AssertionError):
                    wait_for(lambda: application.snapshots()[0]["SnapshotStatus"] == "FAILED", "the snapshot FAILED", timeout=30)
            except ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 500 and "disk is full" in error.response["Error"]["Message"]
            assert application.status() == "RUNNING"
            filler.unlink()
            wait_for(lambda: all(one["SnapshotStatus"] != "CREATING" for one in application.snapshots()), "no snapshot is incomplete")
            counted = application.lines()[-1][1] if application.lines() else 0
            # Writes of the job (RocksDB) that failed on the full disk may fail the next snapshot too, but not those after it.
            attempts = itertools.count()
            wait_for(lambda: application.try_snapshot(f"again-{next(attempts)}") == "READY", "a snapshot with room again")
            ready = [one["SnapshotName"] for one in application.snapshots() if one["SnapshotStatus"] == "READY"]
            assert ready[0].startswith("again") and ready[-1] == "good"
            application.wait_for_count(counted)
            application.stop()
            application.start()
            application.wait_for_count(counted)
    finally:
        # The kernel closes the files of ended processes a moment later.
        wait_for(lambda: subprocess.run(["umount", str(disk)], capture_output=True).returncode == 0, "the small file system is unmounted")


def test_the_limit_of_snapshots_counts_only_those_by_hand(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--snapshot-limit", "1") as kobel:
        application = Application(kobel, "limited")
        application.create(jars["Counting"])
        application.start()
        application.take_snapshot("only")
        with pytest.raises(ClientError, match="limit") as error:
            application.client.create_application_snapshot(ApplicationName="limited", SnapshotName="more")
        assert error.value.response["Error"]["Code"] == "LimitExceededException"
        application.stop()
        names = [snapshot["SnapshotName"] for snapshot in application.snapshots()]
        assert len(names) == 2 and names[0].startswith("STOPAPPLICATION-limited-")
        detail = application.snapshots()[1]
        with pytest.raises(ClientError, match="different SnapshotCreationTimestamp"):
            application.client.delete_application_snapshot(ApplicationName="limited", SnapshotName="only", SnapshotCreationTimestamp=5)
        files = list(pathlib.Path(kobel.data).glob("apps/*/snapshots/only"))
        application.client.delete_application_snapshot(
            ApplicationName="limited", SnapshotName="only", SnapshotCreationTimestamp=detail["SnapshotCreationTimestamp"])
        assert files and not files[0].exists()
