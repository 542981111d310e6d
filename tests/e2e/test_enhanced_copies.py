"""Export and import of enhanced snapshots: to a bucket of an S3 server and back, to plain Flink and back."""

import http.server
import os
import pathlib
import re
import shutil
import threading

import pytest
from enhanced import Snapshots, arn_of, bucket_directory, counting, files_of, from_arn, new_counts, snapshot_of
from plain_flink import PlainFlink
from s3_server import BUCKET

from kobel import Application, Kobel, wait_for

SAVEPOINTS = pathlib.Path(__file__).parents[1] / "data" / "savepoints"


# --- plain Flink ---

def test_plain_flink_continues_from_an_export(own, runtime, jars, tmp_path):
    snapshots, least, greatest = snapshot_of(own, jars)
    directory = bucket_directory(own, BUCKET)
    prefix = snapshots.export_to_end("s", BUCKET, "out-")
    plain = PlainFlink(runtime, tmp_path / "plain")
    try:
        plain.run(jars["Counting"], savepoint=os.path.join(directory, prefix))

        def first():
            lines = re.findall(r"count=(\d+)", (plain.work / "out.log").read_text(errors="replace"))
            return lines and int(lines[0])
        assert least < wait_for(first, "the job counts on plain Flink") <= greatest + 1
    finally:
        plain.stop()


@pytest.mark.slow
def test_a_savepoint_of_plain_flink_is_imported_and_upgraded(remote, s3, runtime, runtime_2_2, jars, tmp_path):
    plain = PlainFlink(runtime, tmp_path / "plain")
    try:
        _, job = plain.run(jars["Counting"])
        wait_for(lambda: "count=20" in (plain.work / "out.log").read_text(errors="replace"), "it counts on plain Flink")
        plain.savepoint(job)
        greatest = int(re.findall(r"count=(\d+)", (plain.work / "out.log").read_text(errors="replace"))[-1])
    finally:
        plain.stop()
    savepoint = next((plain.work / "savepoints").iterdir())
    s3.upload(savepoint, "from-outside/")
    application = counting(remote, jars, "imports")
    snapshots = Snapshots(application)
    snapshots.wait_for_success("in", snapshots.import_from("in", BUCKET, "from-outside"))
    assert snapshots.describe("in")["SnapshotSizeInBytes"] == sum(path.stat().st_size for path in savepoint.iterdir())
    application.start(RunConfiguration=from_arn(SnapshotArn=arn_of(snapshots.name("in"))))
    first = new_counts(application, "imports", 0)[0]
    assert 20 < first <= greatest + 1
    application.update(RuntimeEnvironmentUpdate="FLINK-2_2")
    assert application.settle() == "RUNNING"
    seen = len(wait_for(lambda: application.lines(), "it counts"))
    application.wait_for_count(application.lines()[-1][1] + 5)
    numbers = [count for _, count, _ in application.lines()]
    assert numbers == list(range(first, first + len(numbers))) and len(numbers) > seen
    assert application.describe()["RuntimeEnvironment"] == "FLINK-2_2"
    application.stop(Force=True)
    application.delete()
    snapshots.delete_all()
    wait_for(lambda: not files_of(remote), "no file is left")


# --- what cannot be imported ---

def test_what_is_no_savepoint_is_not_imported(shared, application):
    """The operation fails with its reason, and no file stays."""
    directory = bucket_directory(shared, application.name.lower().replace("_", "-")[:60])
    bucket = os.path.basename(directory)
    snapshots = Snapshots(application)
    before = files_of(shared)
    for kind in ("native", "checkpoint", "canonical"):
        shutil.copytree(SAVEPOINTS / "1.20.3" / kind, os.path.join(directory, kind))
    for name, content in {"garbage": b"\xca\xfe" * 4000, "empty": b""}.items():
        os.makedirs(os.path.join(directory, name))
        pathlib.Path(directory, name, "_metadata").write_bytes(content)
    with open(os.path.join(directory, "canonical", "_metadata"), "r+b") as file:
        file.truncate(os.path.getsize(file.name) // 2)
    os.makedirs(os.path.join(directory, "headless"))
    pathlib.Path(directory, "headless", "state").write_bytes(b"x")
    # Copies to the prefix that were interrupted.
    lost, cut, *_ = sorted(path.name for path in (SAVEPOINTS / "1.20.3" / "files").iterdir() if path.name != "_metadata")
    for name in ("partial", "cut", "linked"):
        shutil.copytree(SAVEPOINTS / "1.20.3" / "files", os.path.join(directory, name))
    os.remove(os.path.join(directory, "partial", lost))
    os.truncate(os.path.join(directory, "cut", cut), 1)
    os.symlink(".", os.path.join(directory, "linked", "sub"))

    def failure(name, prefix, bucket=bucket):
        operation = snapshots.wait(name, snapshots.import_from(name, bucket, prefix)["SnapshotOperationId"])
        assert operation["SnapshotOperationStatus"] == "FAILED", operation
        shown = snapshots.describe(name)
        assert (shown["SnapshotStatus"], shown["SnapshotSizeInBytes"]) == ("FAILED", 0)
        return operation["SnapshotOperationFailureDetails"]["ErrorInfo"]

    for name, code, text in (("native", "InvalidSavepoint", "NATIVE"), ("checkpoint", "InvalidSavepoint", "checkpoint"),
                             ("canonical", "InvalidSavepoint", "metadata"), ("garbage", "InvalidSavepoint", "metadata"),
                             ("empty", "InvalidSavepoint", "metadata"), ("headless", "SavepointNotFound", "_metadata"),
                             ("absent", "SavepointNotFound", "_metadata"),
                             ("partial", "InvalidSavepoint", f"'{lost}', which is not there (1 of 10 files is missing)"),
                             ("cut", "InvalidSavepoint", f"'{cut}', which has 1 of "),
                             ("linked", "InvalidSavepoint", "'sub' is a link to a directory")):
        error = failure(name, f"{name}/")
        assert error["ErrorCode"] == code and text in error["ErrorString"], (name, error)
    assert failure("no-bucket", "native/", "no-such-bucket-here")["ErrorCode"] == "NoSuchBucket"
    # Of snapshots that other tests have deleted, files may have been there.
    wait_for(lambda: set(files_of(shared)) <= set(before), "no file is left")


# --- deaths ---

@pytest.mark.slow
def test_copies_go_on_after_the_daemon_died(remote, s3, jars):
    """At each moment: before the server answers anything, and while it answers."""
    snapshots, least, greatest = snapshot_of(remote, jars)
    files = {path.name: path.stat().st_size for path in pathlib.Path(files_of(remote)[0]).iterdir()}

    def die_and_go_on(name, answer):
        remote.kill()
        s3.resume()
        remote.start()
        return snapshots.wait_for_success(name, answer)

    for round in range(3):
        if round == 0:
            s3.pause()
        exported = snapshots.export("s", BUCKET, "out/")
        location = die_and_go_on("s", exported)["SnapshotDestinationLocationDescription"]["S3PrefixLocation"]
        assert s3.keys(location["ExportedPrefix"]) == {location["ExportedPrefix"] + name: size for name, size in files.items()}
        assert s3.unfinished() == []
        if round == 0:
            s3.pause()
        die_and_go_on(f"in-{round}", snapshots.import_from(f"in-{round}", BUCKET, location["ExportedPrefix"]))
        assert snapshots.describe(f"in-{round}")["SnapshotSizeInBytes"] == sum(files.values())
        deletion = snapshots.delete("s" if round == 2 else f"in-{round}")
        die_and_go_on("s" if round == 2 else f"in-{round}", deletion)
    other = counting(remote, jars, "other")
    other.start(RunConfiguration=from_arn(SnapshotArn=arn_of(snapshots.name("in-2"))))
    assert least < new_counts(other, "other", 0)[0] <= greatest + 1
    other.stop(Force=True)
    other.delete()
    snapshots.delete_all()
    wait_for(lambda: not files_of(remote), "no file is left")


def test_a_deletion_waits_for_the_export(remote, s3, jars):
    snapshots, _, _ = snapshot_of(remote, jars)
    s3.pause()
    exported = snapshots.export("s", BUCKET, "out/")
    deletion = snapshots.delete("s")
    assert deletion["SnapshotStatus"] == "DELETING"
    remote.kill()
    remote.start()
    assert snapshots.describe("s")["SnapshotStatus"] == "DELETING"
    s3.resume()
    prefix = snapshots.wait_for_success("s", exported)["SnapshotDestinationLocationDescription"]["S3PrefixLocation"]["ExportedPrefix"]
    snapshots.wait_for_success("s", deletion)
    assert f"{prefix}_metadata" in s3.keys()
    wait_for(lambda: not files_of(remote), "no file is left")


def test_a_refused_access_fails_the_operation(runtime, jars, tmp_path):
    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Kobel(tmp_path, "--s3-endpoint", f"http://127.0.0.1:{server.server_port}") as kobel:
            snapshots = Snapshots(Application(kobel, "refused"))
            operation = snapshots.wait("in", snapshots.import_from("in", BUCKET, "a/")["SnapshotOperationId"])
            assert operation["SnapshotOperationStatus"] == "FAILED"
            assert operation["SnapshotOperationFailureDetails"]["ErrorInfo"]["ErrorCode"] == "AccessDenied"
        server.shutdown()
