"""Jobs that damage the files that they may write: they harm only themselves, and kobel continues."""

import glob
import hashlib
import os
import shutil
import subprocess
import tempfile

import pytest

from kobel import BINARY, Application, Kobel, wait_for


def losses(application):
    return [event["message"] for event in application.events() if "lost" in event["message"]]


@pytest.fixture
def kobel(runtime, tmp_path):
    with Kobel(tmp_path / "data", "--log-budget", "4m") as kobel:
        yield kobel


def create(kobel, jars, label):
    application = Application(kobel, label.split(":")[0])
    application.create(jars["Spoils"], label=label)
    application.start()
    return application


def test_a_fifo_instead_of_a_log_does_not_block_the_daemon(kobel, jars):
    """The daemon once opened it, and never answered again."""
    application = create(kobel, jars, "fifo")
    wait_for(lambda: losses(application), "the TaskManager is lost")
    assert kobel.get("/healthz")["status"] == "ok"
    shown = subprocess.run([BINARY, "logs", "fifo"], env={**kobel.environment(), "KOBEL_URL": kobel.url},
                           capture_output=True, timeout=60, check=False)
    assert shown.returncode == 0, shown.stderr
    application.stop(Force=True)


def test_a_link_instead_of_a_log_reveals_nothing(kobel, jars, tmp_path):
    """The last line of the target of the link was once recorded as the reason of the loss."""
    secret = tmp_path / "secret"
    secret.write_text("password=hunter2\n")
    secret.chmod(0o600)
    application = create(kobel, jars, f"link:{secret}")
    assert "hunter2" not in str(wait_for(lambda: losses(application), "the TaskManager is lost"))
    shown = subprocess.run([BINARY, "logs", "link"], env={**kobel.environment(), "KOBEL_URL": kobel.url},
                           capture_output=True, timeout=60, check=False)
    assert b"hunter2" not in shown.stdout + shown.stderr
    application.stop(Force=True)


@pytest.fixture(params=["full", "contained", "scoped", "none"])
def at_level(request, runtime, tmp_path):
    """At each level, as the stored code is safe only because a job gets a copy."""
    with Kobel(tmp_path / "data", "--sandbox", request.param) as kobel:
        yield kobel


def test_a_job_that_overwrites_its_jar_harms_itself_only(at_level, jars):
    """The stored code was once the same file, also that of other applications and versions."""
    kobel = at_level
    # Before the start: importing the same code again would replace a damaged copy.
    other = Application(kobel, "other")
    other.create(jars["Spoils"], label="other")
    application = create(kobel, jars, "jar")
    wait_for(lambda: any("overwrote a jar" in open(path, errors="replace").read() for path in
                         glob.glob(f"{kobel.data}/apps/*/clusters/*/log/taskmanager-1.out")), "it has overwritten its jar")
    stored = [path for path in glob.glob(f"{kobel.data}/code/*") if os.path.isfile(path)]
    assert stored
    for path in stored:
        with open(path, "rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == os.path.basename(path).split(".")[0]
    other.start()
    # The application itself can start again with the stored code.
    application.stop(Force=True)
    application.start()
    for one in (application, other):
        one.stop(Force=True)


def test_damaged_code_is_reported_and_not_run(kobel, jars):
    application = Application(kobel, "damaged")
    application.create(jars["Counting"])
    for path in glob.glob(f"{kobel.data}/code/*"):
        with open(path, "r+b") as file:
            file.write(b"PWNED")
    operation = kobel.client.start_application(ApplicationName="damaged")["OperationId"]
    assert application.settle() == "READY"
    assert "is damaged" in str(application.operation(operation))
    # The same code, imported again, replaces the damaged file.
    application.update_configuration(**application.new_code(jars["Counting"]))
    application.start()
    application.stop(Force=True)


def test_applications_may_be_on_another_file_system(runtime, jars, tmp_path):
    """Hard links from the code store once failed there, five times a second and without a message."""
    elsewhere = tempfile.mkdtemp(dir="/dev/shm", prefix="kobel-apps-")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "apps").symlink_to(elsewhere)
    with Kobel(tmp_path / "data", "--spares", "1") as kobel:
        application = Application(kobel, "elsewhere")
        application.create(jars["Counting"])
        application.start()
        application.wait_for_count(0)
        # The update claims a spare, whose logs remain after its end.
        kobel.wait_for_spare()
        application.update_configuration(EnvironmentPropertyUpdates=Application.properties("second"))
        assert application.settle() == "RUNNING"
        application.wait_for_count(0, "second")
        application.stop()
        assert {"first", "second"} <= {line[0] for line in application.lines()}
        application.delete()
        wait_for(lambda: os.listdir(f"{elsewhere}/.trash") == [], "the trash is empty")
        shutil.rmtree(elsewhere)


def test_output_is_limited_and_its_newest_lines_are_kept(kobel, jars):
    """The output of a job once grew without a limit."""
    application = create(kobel, jars, "prints:100")

    def output():
        return glob.glob(f"{kobel.data}/apps/*/clusters/*/log/taskmanager-1.out")[0]

    def tail():
        with open(output(), "rb") as file:
            file.seek(max(0, os.path.getsize(output()) - 65536))
            return file.read()

    wait_for(lambda: b"printed 100" in tail(), "it has printed")
    assert os.path.getsize(output()) > 100 << 20
    wait_for(lambda: os.stat(output()).st_blocks * 512 < 4 << 20, "the oldest lines are gone")
    shown = subprocess.run([BINARY, "logs", "prints"], env={**kobel.environment(), "KOBEL_URL": kobel.url},
                           capture_output=True, timeout=60, check=False)
    assert shown.returncode == 0, shown.stderr
    assert b"printed 100" in shown.stdout
    assert b"\0" not in shown.stdout
    assert len(shown.stdout) < 8 << 20
    application.stop(Force=True)


def test_code_that_no_version_names_is_removed(kobel, jars):
    """The code of deleted applications and of refused uploads once remained forever."""
    code = os.path.join(kobel.data, "code")
    application = Application(kobel, "short-lived")
    application.create(jars["Counting"])
    kept = Application(kobel, "kept")
    kept.create(jars["Spoils"])
    assert len(os.listdir(code)) == 2
    application.delete()
    with open(jars["Spoils"], "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    wait_for(lambda: os.listdir(code) == [digest], "only the needed code is left")
    kept.delete()
    wait_for(lambda: not os.listdir(code), "nothing is left")
