"""`kobel run`: from a jar to a running job, its end, and the watch for changes."""

import os
import shutil
import signal
import subprocess
import zipfile

import pytest
from command_line import call
from programs import zip_around

from kobel import BINARY, PATIENCE_S, ROLE, Application, Kobel, wait_for


def enable_interrupts():
    """A test in the background ignores SIGINT, which its children would inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """`kobel run` with its output in files."""

    def __init__(self, work, jar, *options, **environment):
        self.out_path = work / "run.out"
        self.err_path = work / "run.err"
        with open(self.out_path, "w") as out, open(self.err_path, "w") as err:
            self.process = subprocess.Popen([BINARY, "run", str(jar), *options], env={**os.environ, **environment}, stdout=out, stderr=err,
                                            preexec_fn=enable_interrupts)

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
        """Waits for the end, and returns the exit status."""
        return self.process.wait(timeout=PATIENCE_S)

    def last_count(self):
        lines = [line for line in self.out.splitlines() if " count=" in line]
        return int(lines[-1].split(" count=")[1].split()[0]) if lines else 0


@pytest.fixture
def run(tmp_path):
    """Starts `kobel run`, which starts a daemon."""
    started = []

    def start(jar, *options):
        started.append(Run(tmp_path, jar, "--port", "0", "--data", str(tmp_path / "data"), *options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_run_continues_with_the_state_of_the_run_before(runtime, jars, run):
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


def test_repeated_hangups_stop_the_job_with_one_snapshot(runtime, jars, run):
    closed = run(jars["Counting"])
    closed.wait_for("RUNNING version 1")  # the output begins a moment earlier
    closed.wait_for("count=20")
    for _ in range(2):  # from the kernel and from the shell
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
    assert early.end() in (130, -signal.SIGINT)  # before or after the program handles the signal
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

    # Some build tools write the jar in place and in parts: the job continues, and moves when the jar is complete.
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
        wait_for(lambda: watching.last_count() > before + 100, "the job continues")
        assert "RUNNING version 3" not in watching.err
        file.write(whole[len(whole) // 2:])
    watching.wait_for("RUNNING version 3")

    shutil.copy(jars["Throws"], jar)
    watching.wait_for("UpdateApplication failed")
    # Without system roll back a failed update leaves the application READY, with the snapshot of the move.
    before = watching.last_count()
    shutil.copy(changed, jar)
    wait_for(lambda: watching.last_count() > before, "the repaired job continues with its state")
    watching.wait_for("RUNNING version 5")
    watching.interrupt()
    assert watching.end() == 0, watching.err


def test_the_jar_of_a_build_that_is_not_at_its_end_is_not_taken(runtime, jars, run, tmp_path):
    jar = tmp_path / "job.jar"
    shutil.copy(jars["Counting"], jar)
    watching = run(jar, "--watch")
    watching.wait_for(" count=20")
    # Maven's shade plugin replaces a jar that is complete but has no main class.
    with zipfile.ZipFile(tmp_path / "thin.jar", "w") as thin:
        thin.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    os.replace(tmp_path / "thin.jar", jar)
    watching.wait_for("names no main class any more; waiting for its next change")
    shutil.copy(jars["Counting"], jar)
    with zipfile.ZipFile(jar, "a") as archive:
        archive.writestr("note.txt", "more")
    watching.wait_for("RUNNING version 2")
    assert "UpdateApplication failed" not in watching.err
    shutil.copy(jars["Throws"], jar)
    watching.wait_for("no job runs, and the application is READY; waiting for the next change")
    assert "has reached its end" not in watching.err
    watching.interrupt()
    assert watching.end() == 1, watching.err


def test_a_changed_jar_that_does_not_take_the_state_is_explained(runtime, jars, run, tmp_path):
    jar = tmp_path / "job.jar"
    properties = tmp_path / "job.properties"
    shutil.copy(jars["Counting"], jar)
    properties.write_text("job.label=one\n")
    watching = run(jar, "--watch", "--properties", str(properties))
    watching.wait_for("| one count=20")
    # A job without a checkpoint or a snapshot has no state on disk that could be compared.
    properties.write_text("job.label=two\n")
    watching.wait_for("| two count=")
    before = watching.last_count()
    shutil.copy(jars["OtherUid"], jar)
    watching.wait_for("UpdateApplication failed")
    before_move = watching.err.split("the changed program does not take the state of the job:")[1]
    assert "set AllowNonRestoredState to true" in before_move.split("HALT")[0]
    assert "kobel: the program has no operator for the state of" in watching.err and ", count (KEYED_VALUE)" in watching.err
    assert "To start without this state, set AllowNonRestoredState to true" in watching.err
    watching.wait_for("no job runs, and the application is READY; waiting for the next change")
    assert "hint: `kobel run --allow-non-restored-state` starts without the state" in watching.err
    shutil.copy(jars["Counting"], jar)
    watching.wait_for("RUNNING version 4")
    wait_for(lambda: watching.last_count() > before + 5, "the earlier program continues with its state")
    watching.interrupt()
    assert watching.end() == 0, watching.err


def test_run_accepts_and_watches_a_zip_with_the_jar(runtime, jars, run, tmp_path):
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


def test_a_property_goes_to_the_group_with_dots_that_the_application_has(application, jars, tmp_path):
    application.create(jars["Counting"], EnvironmentProperties={"PropertyGroups": [{"PropertyGroupId": "my.group", "PropertyMap": {"old": "1"}}]})
    job = Run(tmp_path, jars["Counting"], "--name", application.name, "-p", "my.group.new=2", "-p", '"job.more".label=3', KOBEL_URL=application.kobel.url)
    job.wait_for("RUNNING version 2")
    configuration = application.describe()["ApplicationConfigurationDescription"]
    assert configuration["EnvironmentPropertyDescriptions"]["PropertyGroupDescriptions"] == [
        {"PropertyGroupId": "my.group", "PropertyMap": {"new": "2"}}, {"PropertyGroupId": "job.more", "PropertyMap": {"label": "3"}}]
    job.interrupt()
    assert job.end() == 0, job.err


def test_a_watched_job_keeps_few_of_the_snapshots_of_its_moves(application, jars, tmp_path):
    application.create(jars["Counting"])
    arn, properties = application.describe()["ApplicationARN"], tmp_path / "properties"

    def watch(rule):
        """Starts to watch, and waits until the job runs with that rule."""
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


def test_run_reports_failures(runtime, jars, run, tmp_path):
    failing = run(jars["Throws"])
    assert failing.end() == 1
    assert "StartApplication failed" in failing.err

    bounded = run(jars["Bounded"])
    assert bounded.end() == 0, bounded.err
    assert "the job has reached its end" in bounded.err and "The service is for jobs that run without end" in bounded.err

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


def test_a_job_that_does_not_work_is_reported_and_replaced(runtime, jars, run, tmp_path):
    jar = tmp_path / "app.jar"
    shutil.copy(jars["FailsLater"], jar)
    watching = run(jar, "--watch")
    watching.wait_for("RUNNING version 1")
    watching.wait_for("THE JOB DOES NOT WORK: the job is in a loop of restarts")
    watching.wait_for("restarts, for the same reason")
    shutil.copy(jars["Counting"], jar)
    watching.wait_for("it is stopped by force, and continues from its newest checkpoint")
    watching.wait_for("count=5")
    watching.interrupt()
    assert watching.end() == 0, watching.err
    assert "stopped, with snapshot" in watching.err


def test_a_failed_run_does_not_prevent_the_next_one(own_runtimes, jars, tmp_path):
    """With a runtime that is not installed nothing is created, and an application without state changes to one that is installed."""
    with Kobel(tmp_path / "data", "--runtimes", str(own_runtimes)) as kobel:
        failed = Run(tmp_path, jars["Counting"], "--name", "sticks", "--runtime", "FLINK-1_19", KOBEL_URL=kobel.url)
        assert failed.end() == 1 and "runtime FLINK-1_19 is not installed: install it with `kobel runtime install FLINK-1_19`" in failed.err
        application = Application(kobel, "sticks")
        assert application.is_gone()
        kobel.client.create_application(ApplicationName="sticks", RuntimeEnvironment="FLINK-1_19", ServiceExecutionRole=ROLE)
        running = Run(tmp_path, jars["Counting"], "--name", "sticks", "-p", "job.label=x", KOBEL_URL=kobel.url)
        running.wait_for("RUNNING version 2")
        assert "runtime FLINK-1_19 is not installed; application sticks has no state, so it gets FLINK-1_20" in running.err
        running.wait_for("| x count=10")
        running.interrupt()
        assert running.end() == 0
        application.delete()


def test_run_uses_a_running_daemon_and_does_not_stop_it(shared, jars, tmp_path):
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
