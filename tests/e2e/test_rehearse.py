"""`kobel rehearse`: a program is started from a snapshot that was exported elsewhere."""

import contextlib
import glob
import http.server
import json
import os
import pathlib
import signal
import subprocess
import threading
import types

import pytest
from command_line import call
from test_run import enable_interrupts

from kobel import BINARY, PATIENCE_S, ROLE, Application, Kobel, wait_for

SAVEPOINT = pathlib.Path(__file__).parents[1] / "data" / "savepoints" / "1.20.3" / "canonical"


@pytest.fixture(scope="module")
def place(runtime_2_2, jars, tmp_path_factory):
    """A daemon with exports of both runtimes, as AWS makes them, and no application."""
    with Kobel(tmp_path_factory.mktemp("rehearse")) as kobel:
        os.makedirs(os.path.join(kobel.data, "s3", "exports"))
        kobel.exports = {name: export(kobel, jars, name) for name in ("FLINK-1_20", "FLINK-2_2")}
        yield kobel


def export(kobel, jars, runtime):
    """Exports a snapshot of a job of the runtime, and returns its place. The snapshot stays, the application does not."""
    application = Application(kobel, "production" + runtime[-1])
    application.create(jars["Counting"], ApplicationSnapshotConfiguration={
        "SnapshotsEnabled": True, "SnapshotMode": "ENHANCED_SNAPSHOTS"})
    if runtime != "FLINK-1_20":
        application.update(RuntimeEnvironmentUpdate=runtime)
    application.start()
    application.wait_for_count(50)
    client, name = application.client, "of-" + runtime

    def end(operation_id):
        def status():
            operation = client.describe_snapshot_operation(
                SnapshotName=name, SnapshotOperationId=operation_id)["SnapshotOperationInfoDetails"]
            return operation["SnapshotOperationStatus"] != "IN_PROGRESS" and operation
        operation = wait_for(status, "the operation has ended")
        assert operation["SnapshotOperationStatus"] == "SUCCESSFUL", operation
        return operation
    end(client.create_snapshot(ApplicationName=application.name, SnapshotName=name)["SnapshotOperationId"])
    operation = end(client.export_snapshot(SnapshotName=name, ExportDestinationConfiguration={
        "DestinationType": "S3", "ExportRoleArn": ROLE,
        "DestinationS3PrefixLocation": {"BucketARN": "arn:aws:s3:::exports", "KeyPrefix": f"{runtime}/"}})["SnapshotOperationId"])
    application.delete()
    return "s3://exports/" + operation["SnapshotDestinationLocationDescription"]["S3PrefixLocation"]["ExportedPrefix"]


def rehearse(kobel, jar, snapshot, *options):
    done = subprocess.run([BINARY, "rehearse", str(jar), "--snapshot", snapshot, *options], env={**os.environ, "KOBEL_URL": kobel.url},
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def check_nothing_is_left(kobel):
    client = Application(kobel, "any").client
    wait_for(lambda: client.list_applications()["ApplicationSummaries"] == [], "the application is gone")
    wait_for(lambda: {one["SnapshotName"] for one in client.list_snapshots()["SnapshotInfoList"]} == {"of-FLINK-1_20", "of-FLINK-2_2"},
             "the imported snapshot is gone")
    assert glob.glob(os.path.join(kobel.data, "s3", "kobel-re*", "*")) == []


def test_a_program_is_tried_with_an_export_of_an_earlier_flink(place, jars):
    status, out, err = rehearse(place, jars["Counting"], place.exports["FLINK-1_20"], "--runtime", "FLINK-2_2", "-p", "Test.label=rehearsed")
    assert status == 0, out + err
    assert "count: LongSerializer" in out and "fits" in out
    assert "The program runs with the state: RUNNING after" in out and "records in" in out
    assert "the snapshot is imported" in err and "waiting for a checkpoint, and until all tasks have run for 10 s" in err
    assert "the runtime is FLINK-2_2\n" in err
    assert "The types of state are not compared" in out
    check_nothing_is_left(place)


def test_a_job_that_fails_again_and_again_is_reported_when_it_loops(place, jars):
    status, out, err = rehearse(place, jars["FailsLater"], "of-FLINK-1_20", "--allow-non-restored-state")
    assert status == 1, out + err
    assert "does not work: the job is in a loop of restarts" in out and "the fortieth record fails on purpose" in out
    assert "(--keep keeps its logs)" in out and "(logs: " not in out
    check_nothing_is_left(place)


def test_a_job_that_fails_is_kept_with_its_logs(place, jars):
    status, out, err = rehearse(place, jars["FailsLater"], "of-FLINK-1_20", "--allow-non-restored-state", "--keep")
    assert status == 1, out + err
    assert os.path.isdir(out.split("(logs: ")[1].split(")")[0]) and "--keep keeps" not in out
    kept = Application(place, err.split("kept: the application ")[1].split()[0])
    assert kept.status() == "RUNNING"
    kept.delete()
    check_nothing_is_left(place)


def test_state_without_an_operator_is_named_and_nothing_is_started(place, jars):
    status, out, err = rehearse(place, jars["OtherUid"], place.exports["FLINK-2_2"], "--runtime", "FLINK-2_2")
    assert status == 1, out + err
    lost, = [line for line in out.splitlines() if "NO OPERATOR" in line]
    assert lost.startswith("count ") and "with the uid 'another': give it the uid 'count'" in " ".join(out.split())
    assert "nothing was started" in out and "RUNNING" not in out + err
    check_nothing_is_left(place)


def test_an_earlier_flink_cannot_read_the_export_of_a_later_one(place, jars):
    status, out, err = rehearse(place, jars["Counting"], place.exports["FLINK-2_2"], "--runtime", "FLINK-1_20")
    assert status == 1, out + err
    assert "written by a later Flink" in out and "Use FLINK-2_2 or an earlier snapshot" in " ".join(out.split())
    assert "The types of state" not in out
    check_nothing_is_left(place)


def test_a_part_of_the_state_can_be_left_out(place, jars):
    status, out, err = rehearse(place, jars["OtherUid"], "of-FLINK-1_20", "--allow-non-restored-state", "--json")
    assert status == 0, out + err
    shown = json.loads(out)
    assert shown["fits"] and shown["snapshot"]["fit"]["lost"] == 1
    assert shown["trial"]["stateBytes"] > 0 and "trouble" not in shown["trial"]
    assert shown["trial"]["sourcesHeld"] is False
    check_nothing_is_left(place)


def test_held_sources_read_nothing(place, jars):
    status, out, err = rehearse(place, jars["Counting"], place.exports["FLINK-1_20"], "--runtime", "FLINK-2_2", "--hold-sources", "--json")
    assert status == 0, out + err
    trial = json.loads(out)["trial"]
    assert trial["sourcesHeld"] is True and "trouble" not in trial
    # Of the state of the source and of the counts.
    assert trial["stateBytes"] > 0 and trial["tasks"]
    assert all(task["recordsIn"] == task["recordsOut"] == 0 for task in trial["tasks"]), trial
    check_nothing_is_left(place)


def test_held_sources_are_reported(place, jars):
    status, out, err = rehearse(place, jars["Counting"], "of-FLINK-2_2", "--runtime", "FLINK-2_2", "--hold-sources")
    assert status == 0 and "sources held: they read nothing" in out, out + err
    check_nothing_is_left(place)


@contextlib.contextmanager
def earlier_daemon():
    """Answers as a daemon that does not know that sources can be held. The requests that it got are in `posts`."""
    posts = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer({"status": "ok", "version": "0.1"})

        def do_POST(self):
            posts.append(self.headers.get("X-Amz-Target"))
            self.answer({})

        def answer(self, body):
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *arguments):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield types.SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", posts=posts)
        finally:
            server.shutdown()


def test_an_earlier_daemon_which_would_read_is_refused(jars):
    with earlier_daemon() as daemon:
        status, out, err = rehearse(daemon, jars["Counting"], "any", "--hold-sources")
        assert status == 1 and "which cannot hold sources: restart it" in err, out + err
        assert daemon.posts == []


def test_a_directory_is_compared_without_a_start(place, jars):
    directory, = glob.glob(os.path.join(place.data, "s3", "exports", "FLINK-1_20", "*"))
    status, out, err = rehearse(place, jars["Counting"], directory, "--no-start")
    assert status == 0, out + err
    assert "The program can be started from the snapshot." in out and "The types of state are not compared" in out
    assert "the runtime is FLINK-1_20; --runtime takes another" in err
    check_nothing_is_left(place)


def test_what_is_kept_is_named(place, jars):
    # A savepoint may be named by its file.
    status, out, err = rehearse(place, jars["Counting"], place.exports["FLINK-1_20"] + "_metadata", "--no-start", "--keep")
    assert status == 0, out + err
    application = err.split("kept: the application ")[1].split()[0]
    client = Application(place, application).client
    flink = Application(place, application).describe()["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"]
    assert flink["CheckpointConfigurationDescription"]["CheckpointInterval"] == 2000, "it does not wait for a minute"
    created = client.describe_snapshot(SnapshotName=application)["SnapshotInfoDetails"]["SnapshotCreationTimestamp"]
    Application(place, application).delete()
    client.delete_snapshot(SnapshotName=application, SnapshotCreationTimestamp=created)
    check_nothing_is_left(place)


@pytest.mark.parametrize("snapshot, text", [
    ("absent", "there is no enhanced snapshot 'absent', and no directory"),
    ("s3://exports", "s3://bucket/prefix/"),
    ("s3://exports/nothing/", "the snapshot cannot be imported"),
])
def test_a_snapshot_that_is_not_there_is_reported(place, jars, snapshot, text):
    status, out, err = rehearse(place, jars["Counting"], snapshot)
    assert status == 1 and text in err, out + err
    check_nothing_is_left(place)


def test_a_program_without_a_job_is_reported(place, jars):
    status, out, err = rehearse(place, jars["Throws"], "of-FLINK-1_20")
    assert status == 1 and "no such stream: orders" in err, out + err
    check_nothing_is_left(place)


def test_the_snapshot_has_to_be_given(place, jars):
    assert "--snapshot s3://bucket/prefix/" in call(place, "rehearse", jars["Counting"], status=2)


def test_an_interrupt_removes_everything(place, jars):
    environment = {**os.environ, "KOBEL_URL": place.url}
    process = subprocess.Popen([BINARY, "rehearse", jars["Counting"], "--snapshot", "of-FLINK-1_20"],
                               env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=enable_interrupts)
    client = Application(place, "any").client
    wait_for(lambda: [one["ApplicationStatus"] for one in client.list_applications()["ApplicationSummaries"]] == ["STARTING"], "it starts")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE_S) == 1
    assert "interrupted" in process.stderr.read()
    check_nothing_is_left(place)


# --- without a daemon ---

def own_daemon(tmp_path, jar, snapshot, *options):
    """A rehearsal that no daemon answers; it starts one at any port, with a data directory of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "KOBEL_URL"}
    done = subprocess.run([BINARY, "rehearse", jar, "--snapshot", str(snapshot), "--port", "0", "--data", str(tmp_path / "data"), *options],
                          env={**environment, "TMPDIR": str(tmp_path)}, capture_output=True, text=True)
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "data"]), "only the data are left"
    return done.returncode, done.stdout, done.stderr


def test_without_a_daemon_one_is_started_for_the_rehearsal(runtime, jars, tmp_path):
    status, out, err = own_daemon(tmp_path, jars["Counting"], SAVEPOINT, "--no-start")
    assert status == 1 and "NO OPERATOR" in out and "nothing was started" in out, out + err
    address = err.split("the daemon is ready at ")[1].split()[0]
    assert "no kobel daemon answers" in call_at(address, "status"), "it has ended"
    # The next one finds nothing of it.
    with Kobel(tmp_path / "data") as kobel:
        assert kobel.client.list_applications()["ApplicationSummaries"] == []
        assert kobel.client.list_snapshots()["SnapshotInfoList"] == []


def test_a_failure_of_the_own_daemon_is_reported(runtime, jars, tmp_path):
    status, out, err = own_daemon(tmp_path, jars["Counting"], "s3://absent/prefix/")
    assert (status, out) == (1, "") and "no bucket 'absent'" in err, err
    status, out, err = own_daemon(tmp_path, jars["Counting"], SAVEPOINT, "--s3-endpoint", "https://s3.example.test",
                                  "--s3-ca-bundle", "/no/such.pem")
    assert (status, out) == (1, "") and "the daemon does not start: " in err and "the CA bundle /no/such.pem" in err, err


def call_at(address, *arguments):
    """What a command prints that fails."""
    failed = subprocess.run([BINARY, *arguments, "--url", address], capture_output=True, text=True)
    assert failed.returncode == 1
    return failed.stderr


def test_a_daemon_of_another_machine_is_not_started(jars):
    printed = call_at("http://kobel.invalid:8290", "rehearse", jars["Counting"], "--snapshot", "s3://a/b/")
    assert "no kobel daemon answers at http://kobel.invalid:8290" in printed and "start one there" in printed
