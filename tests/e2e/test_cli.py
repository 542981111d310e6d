"""The clients of the command line, as a user runs them."""

import glob
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import urllib.error
import urllib.request
import zipfile

import pytest

from kobel import BINARY, PATIENCE_S, ROLE, Application, Kobel, wait_for


def call(kobel, *words, status=0):
    """Runs a client against a daemon; what it printed."""
    done = subprocess.run([BINARY, *words], env={**os.environ, "KOBEL_URL": kobel.url}, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stderr


def heed_interrupts():
    """Tests in the background ignore SIGINT, and so would what they start until it asks for it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """`kobel run` with its output in files."""

    def __init__(self, work, jar, *options, **environment):
        self.out_path = work / "run.out"
        self.err_path = work / "run.err"
        with open(self.out_path, "w") as out, open(self.err_path, "w") as err:
            self.process = subprocess.Popen([BINARY, "run", str(jar), *options], env={**os.environ, **environment}, stdout=out, stderr=err,
                                            preexec_fn=heed_interrupts)

    @property
    def out(self):
        return self.out_path.read_text(errors="replace")

    @property
    def err(self):
        return self.err_path.read_text(errors="replace")

    def wait_for(self, text, count=1):
        try:
            wait_for(lambda: (self.out + self.err).count(text) >= count or self.process.poll() is not None, f"'{text}'")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.out[-2000:]}\n{self.err}") from None
        assert (self.out + self.err).count(text) >= count, self.out[-2000:] + self.err

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """Its exit status."""
        return self.process.wait(timeout=PATIENCE_S)

    def last_count(self):
        lines = [line for line in self.out.splitlines() if " count=" in line]
        return int(lines[-1].split(" count=")[1].split()[0]) if lines else 0


@pytest.fixture
def run(tmp_path):
    """Starts `kobel run` with a daemon of its own."""
    started = []

    def start(jar, *options):
        started.append(Run(tmp_path, jar, "--port", "0", "--data", str(tmp_path / "data"), *options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@pytest.mark.slow
def test_the_clients_take_an_application_through_its_life(application, jars):
    application.create(jars["Counting"])
    application.start()
    count = application.wait_for_count(10)
    name = application.name
    kobel = application.kobel

    table = call(kobel, "status")
    assert f"{name}  RUNNING" in table and "READY" in table
    status = json.loads(call(kobel, "status", "--json"))
    assert [one["ApplicationName"] for one in status["applications"] if one["ApplicationName"] == name] == [name]
    assert name in call(kobel, "status", "--names").split()

    assert json.loads(call(kobel, "snapshot", name, "by-hand", "--json"))["SnapshotName"] == "by-hand"
    assert "snapshot manual-" in call(kobel, "snapshot", name)
    assert "RUNNING with parallelism 2" in call(kobel, "scale", name, "2")
    count = application.wait_for_count(count)
    assert "stopped, with snapshot STOPAPPLICATION-" in call(kobel, "stop", name)
    assert "by-hand" in call(kobel, "status", name)

    # READY, it is started from the snapshot; RUNNING, it is updated and continues from it.
    assert "RUNNING from snapshot by-hand" in call(kobel, "restore", name, "by-hand")
    assert "RUNNING from snapshot by-hand" in call(kobel, "restore", name, "by-hand")
    assert json.loads(call(kobel, "stop", name, "--force", "--json"))["ApplicationStatus"] == "READY"
    assert "no-such-snapshot" in call(kobel, "restore", name, "no-such-snapshot", status=1)

    events = [json.loads(line) for line in call(kobel, "events", name, "--json").splitlines()]
    assert {"status", "move", "snapshot"} <= {event["kind"] for event in events}
    assert "snapshot by-hand is READY" in call(kobel, "events", name)


def read_until(process, text):
    """Reads what a process says, up to a line with the text; it is ended if that does not come."""
    timer = threading.Timer(PATIENCE_S, process.kill)
    timer.start()
    try:
        assert any(text in line for line in process.stdout), f"no line with '{text}'"
    finally:
        timer.cancel()


def test_logs_are_prefixed_and_plain_in_a_pipe(application, jars):
    application.create(jars["Counting"])
    assert "was never started" in call(application.kobel, "logs", application.name, status=1)
    application.start()
    application.wait_for_count(5)
    log = call(application.kobel, "logs", application.name)
    assert any(line.startswith("jobmanager    | ") for line in log.splitlines())
    assert any(line.startswith("taskmanager-1 | first count=") for line in log.splitlines())
    assert "\033" not in log

    follower = subprocess.Popen([BINARY, "logs", application.name, "-f", "--url", application.kobel.url], stdout=subprocess.PIPE, text=True)
    read_until(follower, "| first count=")
    application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    read_until(follower, "| second count=")
    follower.kill()
    follower.wait()
    follower.stdout.close()


def test_mistakes_are_reported_with_their_exit_status(shared):
    assert "does not exist" in call(shared, "stop", "missing", status=1)
    assert "usage: kobel stop APP" in call(shared, "stop", status=2)
    assert "has no option '--fast'" in call(shared, "stop", "x", "--fast", status=2)
    assert "'many' is not a parallelism" in call(shared, "scale", "x", "many", status=2)
    assert "unknown command" in call(shared, "dance", status=2)
    refused = subprocess.run([BINARY, "status", "--url", "http://127.0.0.1:1"], capture_output=True, text=True)
    assert refused.returncode == 1 and "no kobel daemon answers" in refused.stderr


def test_a_client_signs_what_it_asks(runtime, tmp_path):
    kobel = Kobel(tmp_path, "--auth", "verify", "--auth-key", "known:secret")
    try:
        def ask(secret):
            environment = {**os.environ, "KOBEL_URL": kobel.url, "AWS_ACCESS_KEY_ID": "known", "AWS_SECRET_ACCESS_KEY": secret}
            return subprocess.run([BINARY, "stop", "missing"], env=environment, capture_output=True, text=True).stderr
        assert "ResourceNotFoundException" in ask("secret")
        assert "InvalidSignatureException" in ask("wrong")
    finally:
        kobel.stop()


def complete(*words, **environment):
    """What bash offers for the last word."""
    script = subprocess.run([BINARY, "completion", "bash"], check=True, capture_output=True, text=True).stdout
    script += f'\nCOMP_WORDS=(kobel "$@"); COMP_CWORD=$#; _kobel; echo "${{COMPREPLY[@]}}"'
    path = f"{os.path.dirname(os.path.abspath(BINARY))}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", script, "bash", *words], env={**os.environ, "PATH": path, **environment}, check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_a_shell_offers_applications_and_what_they_can_be_restored_from(application, jars):
    application.create(jars["Counting"])
    application.start()
    name, url = application.name, application.kobel.url
    call(application.kobel, "snapshot", name, "first-one")
    assert complete("stop", name[:-1], KOBEL_URL=url) == [name]
    assert complete("stop", name, "", KOBEL_URL=url) == []
    assert complete("restore", "--json", name, "fir", KOBEL_URL=url) == ["first-one"]


def test_the_help_is_there_in_all_forms():
    def out(*words):
        return subprocess.run([BINARY, *words], check=True, capture_output=True, text=True).stdout
    assert "kobel run JAR" in out("help") and "--watch" in out("help", "run") and "--watch" not in out("stop", "--help")
    assert out("man").startswith(".TH KOBEL 1")
    assert complete("st") == ["status", "stop"]
    assert complete("completion", "") == ["bash", "zsh", "fish"]
    assert complete("run", "--wa") == ["--watch"]
    assert complete("run", "--property", "") == []
    assert "#compdef kobel" in out("completion", "zsh") and "complete -c kobel" in out("completion", "fish")


def test_doctor_knows_good_jars_and_bad_ones(runtime, jars, tmp_path):
    def doctor(jar, *options):
        done = subprocess.run([BINARY, "doctor", str(jar), "--json", *options], capture_output=True, text=True)
        findings = json.loads(done.stdout)["jar"]
        return done.returncode, {(one["severity"], one["subject"]): one["text"] for one in findings}

    _, good = doctor(jars["Counting"])
    assert good[("good", "main class")] == "jobs.Counting"
    assert not [key for key in good if key[0] == "error"]

    status, no_main = doctor(jars["NoMain"])
    assert status == 1 and ("error", "main class") in no_main

    bad = tmp_path / "bad.jar"
    shutil.copy(jars["Counting"], bad)
    core = next(pathlib.Path(runtime, "lib").glob("flink-dist*.jar"))
    with zipfile.ZipFile(core) as dist, zipfile.ZipFile(bad, "a") as jar:
        name = "org/apache/flink/api/common/JobID.class"
        jar.writestr(name, dist.read(name))
        jar.writestr("org/apache/log4j/Logger.class", b"\xca\xfe\xba\xbe\0\0\0\x45\0\1")
        jar.writestr("META-INF/maven/org.apache.flink/flink-connector-kinesis/pom.properties",
                     "version=1.13.6\ngroupId=org.apache.flink\nartifactId=flink-connector-kinesis\n")
    status, findings = doctor(bad)
    assert status == 1
    assert "JobID" in findings[("error", "Flink itself")] and "1.13.6" in findings[("error", "connectors")]
    assert "Java 25" in findings[("error", "Java")] and ("warning", "logging") in findings

    # A shaded jar has no Maven files of Flink's connectors: the project's own pom has their versions.
    shaded = tmp_path / "shaded.jar"
    shutil.copy(jars["Counting"], shaded)
    with zipfile.ZipFile(shaded, "a") as jar:
        jar.writestr("org/apache/flink/streaming/connectors/kinesis/FlinkKinesisConsumer.class", b"")
        jar.writestr("META-INF/maven/demo/job/pom.xml", "<project><dependency><artifactId>flink-connector-kinesis</artifactId>"
                     "<version>1.13.6</version></dependency></project>")
    status, findings = doctor(shaded)
    assert status == 1 and "refuses applications with flink-connector-kinesis 1.13.6" in findings[("error", "connectors")]

    zipped = tmp_path / "job.zip"
    zip_around(zipped, shaded)
    status, findings = doctor(zipped)
    assert status == 1 and "refuses applications with flink-connector-kinesis 1.13.6" in findings[("error", "connectors")]
    assert findings[("good", "zip")] == "the jar in it runs: target/job.jar" and findings[("good", "main class")] == "jobs.Counting"

    noise = subprocess.run([BINARY, "doctor", jars["Noise"]], capture_output=True, text=True)
    assert noise.returncode == 1 and "is not a jar" in noise.stderr


def test_run_continues_where_it_was_stopped(runtime, jars, run):
    first = run(jars["Counting"], "-p", "job.label=one")
    first.wait_for("RUNNING version 1")
    first.wait_for("| one count=30")
    first.interrupt()
    assert first.end() == 0, first.err
    assert "the daemon is ready" in first.err and "RUNNING version 1" in first.err
    assert "stopped, with snapshot" in first.err
    count = first.last_count()

    second = run(jars["Counting"], "-p", "job.label=two", "--name", "Counting")
    second.wait_for("RUNNING version 2")
    second.wait_for("| two count=")
    second.interrupt()
    assert second.end() == 0
    begin = int(second.out.split("two count=")[1].split()[0])
    assert begin > count - 5
    assert "one count=" not in second.out

    third = run(jars["Counting"], "--fresh")
    third.wait_for("| two count=1 ")
    third.interrupt()
    third.interrupt()
    assert third.end() in (0, 130), third.err
    assert "stopped" in third.err


def test_a_closed_terminal_stops_the_job_with_a_snapshot_however_often_it_is_signalled(runtime, jars, run):
    closed = run(jars["Counting"])
    closed.wait_for("RUNNING version 1")  # the output begins a moment earlier
    closed.wait_for("count=20")
    for _ in range(2):  # the kernel sends it, and the shell
        closed.process.send_signal(signal.SIGHUP)
        closed.wait_for("stopping with a snapshot")
    assert closed.end() == 0, closed.err
    assert "stopped, with snapshot" in closed.err


@pytest.mark.quick
def test_a_closed_pipe_stops_the_job_with_a_snapshot(runtime, jars, tmp_path):
    with open(tmp_path / "err", "w") as err:
        process = subprocess.Popen([BINARY, "run", jars["Counting"], "--port", "0", "--data", str(tmp_path / "data")],
                                   stdout=subprocess.PIPE, stderr=err, text=True)
    wait_for(lambda: "RUNNING version 1" in (tmp_path / "err").read_text(), "the job runs")
    assert " | " in process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=PATIENCE_S) == 0
    assert "stopped, with snapshot" in (tmp_path / "err").read_text()


def test_an_interrupt_before_the_start_starts_nothing(runtime, jars, run):
    first = run(jars["Counting"])
    first.wait_for("RUNNING version 1")
    first.interrupt()
    assert first.end() == 0, first.err
    early = run(jars["Counting"])
    early.interrupt()
    assert early.end() in (130, -signal.SIGINT)  # it may come before the program handles it
    assert "RUNNING version" not in early.err


@pytest.mark.slow
def test_run_watches_the_jar_and_the_properties(runtime, jars, run, tmp_path):
    jar = tmp_path / "job.jar"
    properties = tmp_path / "job.properties"
    shutil.copy(jars["Counting"], jar)
    properties.write_text("job.label=one\n")
    watching = run(jar, "--watch", "--properties", str(properties))
    watching.wait_for("| one count=20")

    properties.write_text("job.label=two\n")
    watching.wait_for("| two count=")
    assert int(watching.out.split("two count=")[1].split()[0]) > 20
    watching.wait_for("the stream was interrupted for")
    assert "HALT     the old job stops" in watching.err

    # In place and in pieces, as some build tools do it: the job runs on, and moves once the jar is whole.
    changed = tmp_path / "changed.jar"
    shutil.copy(jar, changed)
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("note.txt", "x" * 5000)
    whole = changed.read_bytes()
    before = watching.last_count()
    with open(jar, "r+b") as file:
        file.truncate(0)
        file.write(whole[:len(whole) // 2])
        file.flush()
        wait_for(lambda: watching.last_count() > before + 100, "the job runs on")
        assert "RUNNING version 3" not in watching.err
        file.write(whole[len(whole) // 2:])
    watching.wait_for("RUNNING version 3")

    shutil.copy(jars["Throws"], jar)
    watching.wait_for("UpdateApplication failed")
    # Without system rollback a failed update leaves the application READY, with the snapshot of the move.
    before = watching.last_count()
    shutil.copy(changed, jar)
    wait_for(lambda: watching.last_count() > before, "the repaired job continues with its state")
    watching.wait_for("RUNNING version 5")
    watching.interrupt()
    assert watching.end() == 0, watching.err


def zip_around(path, jar):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", "deploy me")
        archive.write(jar, "target/job.jar")


def test_run_takes_and_watches_a_zip_around_the_jar(runtime, jars, run, tmp_path):
    archive = tmp_path / "job-1.0.zip"
    zip_around(archive, jars["Counting"])
    watching = run(archive, "--watch", "-p", "job.label=one")
    watching.wait_for("RUNNING version 1")
    watching.wait_for("| one count=20")
    changed = tmp_path / "changed.jar"
    shutil.copy(jars["Counting"], changed)
    with zipfile.ZipFile(changed, "a") as jar:
        jar.writestr("note.txt", "x")
    zip_around(archive, changed)
    watching.wait_for("RUNNING version 2")
    before = watching.last_count()
    wait_for(lambda: watching.last_count() > before + 20, "the job continues with its state")
    watching.interrupt()
    assert watching.end() == 0, watching.err


def test_a_watched_job_keeps_few_of_the_snapshots_of_its_moves(application, jars, tmp_path):
    application.create(jars["Counting"])
    arn, properties = application.describe()["ApplicationARN"], tmp_path / "properties"

    def watch(rule):
        """Until it runs, with that rule."""
        watching = Run(tmp_path, jars["Counting"], "--name", application.name, "--watch", "--properties", str(properties), KOBEL_URL=application.kobel.url)
        watching.wait_for("RUNNING version")
        assert application.client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "kobel:snapshot-retention", "Value": rule}]
        return watching
    properties.write_text("job.label=v2\n")
    watching = watch("automatic=5")
    call(application.kobel, "snapshot", application.name, "by-hand")
    for version in range(3, 10):
        properties.write_text(f"job.label=v{version}\n")
        watching.wait_for(f"RUNNING version {version}")
    names = wait_for(lambda: (lambda kept: len(kept) <= 6 and kept)([one["SnapshotName"] for one in application.snapshots()]), "few are kept", timeout=30)
    assert names.pop() == "by-hand" and len(names) == 5 and all(name.startswith("UPDATEAPPLICATION-") for name in names), names
    watching.interrupt()
    assert watching.end() == 0, watching.err
    application.client.tag_resource(ResourceARN=arn, Tags=[{"Key": "kobel:snapshot-retention", "Value": "none"}])
    watching = watch("none")
    watching.interrupt()
    assert watching.end() == 0, watching.err


def test_run_reports_what_failed(runtime, jars, run, tmp_path):
    failing = run(jars["Throws"])
    assert failing.end() == 1
    assert "StartApplication failed" in failing.err

    bounded = run(jars["Bounded"])
    assert bounded.end() == 0, bounded.err
    assert "the job has ended" in bounded.err

    archive = tmp_path / "app.zip"
    with zipfile.ZipFile(archive, "w") as jar:
        jar.write(jars["Counting"], "one.jar")
        jar.write(jars["Counting"], "two.jar")
    zipped = run(archive)
    assert zipped.end() == 1 and "archive of 2 jars" in zipped.err

    no_main = run(jars["NoMain"])
    assert no_main.end() == 1 and "the manifest names no main class" in no_main.err and "is created" not in no_main.err

    missing = run(tmp_path / "missing.jar")
    assert missing.end() == 1 and "there is no file" in missing.err


def test_a_run_that_failed_does_not_stick(shared, jars, tmp_path):
    """A runtime that is not installed: nothing is created; an application that was made for one gets an installed one."""
    failed = Run(tmp_path, jars["Counting"], "--name", "sticks", "--runtime", "FLINK-1_19", KOBEL_URL=shared.url)
    assert failed.end() == 1 and "runtime FLINK-1_19 is not installed: install it with `kobel runtime install FLINK-1_19`" in failed.err
    application = Application(shared, "sticks")
    assert application.is_gone()
    shared.client.create_application(ApplicationName="sticks", RuntimeEnvironment="FLINK-1_19", ServiceExecutionRole=ROLE)
    running = Run(tmp_path, jars["Counting"], "--name", "sticks", "-p", "job.label=x", KOBEL_URL=shared.url)
    running.wait_for("RUNNING version 2")
    assert "runtime FLINK-1_19 is not installed; application sticks has no state, so it gets FLINK-1_20" in running.err
    running.wait_for("| x count=10")
    running.interrupt()
    assert running.end() == 0
    application.delete()


def test_run_uses_the_daemon_that_answers_and_leaves_it(shared, jars, tmp_path):
    running = Run(tmp_path, jars["Counting"], "--name", "run-shared", "-p", "job.label=x", KOBEL_URL=shared.url)
    running.wait_for("RUNNING version 1")
    running.wait_for("| x count=10")
    assert "the daemon is ready" not in running.err
    assert "RUNNING" in call(shared, "status", "run-shared")
    running.interrupt()
    assert running.end() == 0
    assert "READY" in call(shared, "status", "run-shared")
    detail = shared.client.describe_application(ApplicationName="run-shared")["ApplicationDetail"]
    shared.client.delete_application(ApplicationName="run-shared", CreateTimestamp=detail["CreateTimestamp"])


def test_logs_are_read_through_the_api(application, jars):
    """A client sees no file: the daemon may run in a container."""
    url = f"{application.kobel.url}/kobel/v1/applications/{application.name}/logs"

    def ask(query=""):
        return json.load(urllib.request.urlopen(url + query, timeout=10))

    application.create(jars["Counting"])
    assert ask() == {"files": []}
    application.start()
    application.wait_for_count(20)
    files = {one["file"]: one for one in ask()["files"]}
    assert set(files) == {"jobmanager.log", "jobmanager.out", "taskmanager-1.log", "taskmanager-1.out"}
    assert (files["taskmanager-1.out"]["source"], files["taskmanager-1.out"]["isOutput"]) == ("taskmanager-1", True)
    query = f"?cluster={files['taskmanager-1.out']['cluster']}&file=taskmanager-1.out"
    page = ask(query)
    assert page["from"] == 0 and page["next"] == len(page["text"].encode()) and "first count=20 " in page["text"]
    later = wait_for(lambda: (lambda more: more["text"] and more)(ask(f"{query}&from={page['next']}")), "more is printed")
    assert later["from"] == page["next"] and "count=1 " not in later["text"]

    for wrong, status in [("?file=taskmanager-1.out", 404), (f"{query}/..", 404), (f"{query}&from=x", 400)]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(wrong)
        assert refused.value.code == status

    # As it is written, for curl -N and a browser's EventSource.
    request = urllib.request.Request(url, headers={"Accept": "text/event-stream"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as stream:
        beyond = 40
        for line in stream:
            if not line.startswith(b"data: "):
                continue
            event = json.loads(line[6:])
            found = event["isOutput"] and event["source"] == "taskmanager-1" and f"first count={beyond} " in event["line"]
            if found:
                break
        assert found

    # The oldest part is given back to the file system (--log-budget): what is left begins with a whole line.
    path = pathlib.Path(glob.glob(f"{application.kobel.data}/apps/*/clusters/{files['jobmanager.log']['cluster']}/log/jobmanager.log")[0])
    assert path.stat().st_size > 8192
    subprocess.run(["fallocate", "--punch-hole", "--length", "8192", path], check=True)
    assert ask(f"?cluster={files['jobmanager.log']['cluster']}&file=jobmanager.log")["from"] == 8192
    lines = [line for line in call(application.kobel, "logs", application.name).splitlines() if line.startswith("jobmanager    | ")]
    assert re.match(r"jobmanager    \| \d{4}-\d\d-\d\d ", lines[0]), lines[0]
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(url.replace(application.name, "missing"), timeout=10)
    assert missing.value.code == 404
