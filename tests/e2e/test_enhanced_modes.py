"""The mode of snapshots changes on real Flink, and what fails within it."""

import contextlib
import glob
import os
import random
import subprocess
import time

import pytest
from botocore.exceptions import ClientError
from enhanced import ENHANCED, INTO_THE_MODE, Snapshots, arn_of, counting, counts, files_of, from_arn, new_counts

from kobel import Kobel, refused, wait_for


def mode(application):
    return application.describe()["ApplicationConfigurationDescription"]["ApplicationSnapshotConfigurationDescription"]["SnapshotMode"]


def numbers(application):
    return [count for _, count, _ in application.lines()]


def test_a_running_application_changes_the_mode_with_its_state_and_back(running):
    snapshots = Snapshots(running)
    running.take_snapshot("legacy")
    legacy = [one["SnapshotName"] for one in running.snapshots()]
    update = running.update_configuration(EnvironmentPropertyUpdates=running.properties("second"), **INTO_THE_MODE)
    assert running.settle() == "RUNNING" and mode(running) == "ENHANCED_SNAPSHOTS"
    details, operation = snapshots.of_the_system()[0]
    assert details["SnapshotSourceDescription"]["SourceApplicationDescription"]["ApplicationVersionId"] == 1
    assert operation["ApplicationOperationDescription"]["ApplicationOperationId"] == update
    running.wait_for_count(0, "second")
    assert numbers(running) == list(range(1, len(numbers(running)) + 1))
    assert refused(running.client.create_application_snapshot, ApplicationName=running.name,
                   SnapshotName="more")[0] == "UnsupportedOperationException"
    assert [one["SnapshotName"] for one in running.snapshots()] == legacy

    seen = len(counts(running, "first"))
    running.client.rollback_application(ApplicationName=running.name, CurrentApplicationVersionId=2)
    assert running.settle() == "RUNNING" and mode(running) == "APPLICATION_SNAPSHOTS_LEGACY"
    assert new_counts(running, "first", seen)[0] == seen + 1
    running.take_snapshot("legacy-again")
    # What the upgrade made stays, and is the account's.
    assert details["SnapshotName"] in snapshots.listed(SnapshotInitiator="SYSTEM")


def test_a_ready_application_that_changes_the_mode_keeps_its_state(running):
    running.stop()
    newest = running.snapshots()[0]["SnapshotName"]
    last = numbers(running)[-1]
    running.update_configuration(**INTO_THE_MODE)
    assert refused(running.client.start_application, ApplicationName=running.name, RunConfiguration=from_arn(
        SnapshotName=newest))[0] == "InvalidArgumentException"
    running.start()
    running.wait_for_count(last + 5)
    assert numbers(running) == list(range(1, len(numbers(running)) + 1))
    assert newest in running.show()["current"]["restoredFrom"]
    running.stop()
    last = numbers(running)[-1]
    running.start()
    running.wait_for_count(last + 5)
    assert numbers(running) == list(range(1, len(numbers(running)) + 1))
    assert "/apps/.snapshots/" in running.show()["current"]["restoredFrom"]
    # Within the mode.
    running.update_configuration(EnvironmentPropertyUpdates=running.properties("second"))
    assert running.settle() == "RUNNING"
    running.client.rollback_application(ApplicationName=running.name, CurrentApplicationVersionId=3)
    assert running.settle() == "RUNNING"
    assert mode(running) == "ENHANCED_SNAPSHOTS"


def test_without_snapshots_the_service_makes_none_but_users_do(application, jars):
    application.create(jars["Counting"], ApplicationSnapshotConfiguration={**ENHANCED, "SnapshotsEnabled": False})
    application.start()
    application.wait_for_count(20)
    snapshots = Snapshots(application)
    mine = snapshots.take("mine")["SnapshotArn"]
    greatest = numbers(application)[-1]
    application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    assert application.settle() == "RUNNING"
    application.stop()
    assert snapshots.listed(SourceApplicationName=application.name) == [snapshots.name("mine")]
    seen = len(counts(application, "second"))
    application.start(RunConfiguration=from_arn(SnapshotArn=mine))
    assert 20 < new_counts(application, "second", seen)[0] <= greatest + 1


def test_a_start_from_a_damaged_snapshot_fails_and_another_works(own, jars):
    application = counting(own, jars, "damaged")
    application.start()
    application.wait_for_count(5)
    snapshots = Snapshots(application)
    snapshots.take("good")
    good = set(files_of(own))
    snapshots.take("bad")
    bad, = set(files_of(own)) - good
    application.stop(Force=True)
    metadata = os.path.join(bad, "_metadata")
    for damage in (b"\xca\xfe" * 500, b"", None):
        if damage is None:
            os.remove(metadata)
        else:
            with open(metadata, "wb") as file:
                file.write(damage)
        operation = own.client.start_application(
            ApplicationName="damaged", RunConfiguration=from_arn(SnapshotArn=arn_of(snapshots.name("bad"))))["OperationId"]
        assert application.settle() == "READY"
        assert application.operation(operation)["OperationStatus"] == "FAILED"
        print(application.operation(operation)["OperationFailureDetails"])
    application.start(RunConfiguration=from_arn(SnapshotArn=arn_of(snapshots.name("good"))))
    application.stop(Force=True)
    application.delete()
    snapshots.delete_all()
    wait_for(lambda: not files_of(own), "no file is left")


@pytest.mark.slow
def test_commands_of_a_daemon_that_dies_end_as_if_it_had_not(own, jars):
    """At random moments of creations, deletions, stops and updates."""
    seed = int(os.environ.get("KOBEL_TORTURE_SEED", str(random.randrange(1 << 30))))
    print(f"KOBEL_TORTURE_SEED={seed}")
    moments = random.Random(seed)
    application = counting(own, jars, "tortured")
    application.start()
    application.wait_for_count(5)
    snapshots = Snapshots(application)

    def die(longest_s):
        time.sleep(moments.random() * longest_s)
        own.kill()
        own.start()

    for round in range(2):
        made = snapshots.create(f"s{round}")
        die(0.3)
        snapshots.wait_for_success(f"s{round}", made)
        assert snapshots.describe(f"s{round}")["SnapshotStatus"] == "READY"
        deleted = snapshots.delete(f"s{round}")
        die(0.1)
        snapshots.wait_for_success(f"s{round}", deleted)
        application.settle()
        update = application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"label-{round}"))
        die(3)
        assert application.settle() == "RUNNING"
        assert application.operation(update)["OperationStatus"] == "SUCCESSFUL"
        stop = own.client.stop_application(ApplicationName="tortured")["OperationId"]
        die(1)
        assert application.settle() == "READY"
        assert application.operation(stop)["OperationStatus"] == "SUCCESSFUL"
        made = snapshots.of_the_system()
        assert made[0][1]["ApplicationOperationDescription"]["ApplicationOperationId"] == stop
        # A job that died with the daemon before it was halted is updated from its checkpoint, without a snapshot.
        assert round < len(made) <= 2 * (round + 1)
        for details, operation in made:
            assert details["SnapshotStatus"] == "READY", details
            assert operation["SnapshotOperationStatus"] == "SUCCESSFUL", operation
        # The files of a deleted one stay while the application keeps them as its state.
        listed = len(snapshots.listed())
        wait_for(lambda: listed <= len(files_of(own)) <= listed + len(application.snapshots()), "no other files are left")
        last = numbers(application)[-1]
        application.start()
        assert application.wait_for_count(last) > last
    application.stop(Force=True)
    application.delete()
    snapshots.delete_all()
    wait_for(lambda: not files_of(own), "no file is left")


@pytest.mark.slow
def test_a_full_disk_fails_a_snapshot_and_an_import_and_harms_nothing(runtime, jars, tmp_path):
    """The data directory is on a small file system, which root may mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "kobel-test", str(disk)], capture_output=True).returncode != 0:
        pytest.skip("a file system of a fixed size needs root")
    try:
        with Kobel(disk / "data", "--s3-root", str(tmp_path / "s3")) as kobel:
            (tmp_path / "s3").mkdir(exist_ok=True)
            os.symlink(f"{kobel.data}/s3/code", tmp_path / "s3" / "code")
            (tmp_path / "s3" / "copies" / "large").mkdir(parents=True)
            application = counting(kobel, jars, "full")
            application.start()
            application.wait_for_count(5)
            snapshots = Snapshots(application)
            snapshots.take("good")
            prefix = snapshots.export_to_end("good", "copies", "out/")
            (tmp_path / "s3" / "copies" / prefix / "more").write_bytes(b"x" * (200 << 20))
            imported = snapshots.import_from("large", "copies", prefix)
            filler = disk / "filler"
            with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 65536)
            with contextlib.suppress(ClientError):
                snapshots.create("bad")
            assert application.status() == "RUNNING"
            time.sleep(1)
            filler.unlink()
            os.remove(tmp_path / "s3" / "copies" / prefix / "more")
            assert snapshots.wait("large", imported["SnapshotOperationId"])["SnapshotOperationStatus"] in ("FAILED", "SUCCESSFUL")
            print(snapshots.operation("large", imported["SnapshotOperationId"]))
            wait_for(lambda: not snapshots.listed(SnapshotStatus="CREATING"), "no snapshot is incomplete")
            application.stop(Force=True)
            application.start(RunConfiguration=from_arn(SnapshotArn=arn_of(snapshots.name("good"))))
            application.stop(Force=True)
            application.delete()
            snapshots.delete_all()
            wait_for(lambda: not files_of(kobel), "no file is left")
            assert glob.glob(f"{kobel.data}/apps/*") == []
    finally:
        # The kernel closes the files of ended processes a moment later.
        wait_for(lambda: subprocess.run(["umount", str(disk)], capture_output=True).returncode == 0, "the small file system is unmounted")
