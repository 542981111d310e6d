"""A job that spoils the files that it can write: it harms itself only, and kobel goes on."""

import glob
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request

import pytest

from kobel import BINARY, Application, Kobel, wait_for


def get(kobel, path):
    return json.load(urllib.request.urlopen(f"{kobel.url}{path}", timeout=30))


def losses(application):
    listed = get(application.kobel, f"/kobel/v1/applications/{application.name}/events?limit=1000")["events"]
    return [one["message"] for one in listed if "lost" in one["message"]]


@pytest.fixture
def kobel(runtime, tmp_path):
    kobel = Kobel(tmp_path / "data", "--log-budget", "4m")
    yield kobel
    assert kobel.stop() == 0
    assert kobel.java_processes() == []


def create(kobel, jars, label):
    application = Application(kobel, label.split(":")[0])
    application.create(jars["Spoils"], label=label)
    application.start()
    return application


def test_a_fifo_in_the_place_of_a_log_holds_nobody(kobel, jars):
    """Finding A2: the daemon opened it, and never answered again."""
    application = create(kobel, jars, "fifo")
    wait_for(lambda: losses(application), "the TaskManager is lost")
    assert get(kobel, "/healthz")["status"] == "ok"
    shown = subprocess.run([BINARY, "logs", "fifo"], env={**kobel.environment(), "KOBEL_URL": kobel.url},
                           capture_output=True, timeout=60, check=False)
    assert shown.returncode == 0, shown.stderr
    application.stop(Force=True)


def test_a_link_in_the_place_of_a_log_tells_nothing(kobel, jars, tmp_path):
    """Finding A3: the last line of the file behind the link became the reason of the loss."""
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
    """Where nothing else holds a job back, the stored code is safe because a job has only a copy of it."""
    kobel = Kobel(tmp_path / "data", "--sandbox", request.param)
    yield kobel
    assert kobel.stop() == 0
    assert kobel.java_processes() == []


def test_a_job_that_overwrites_its_jar_harms_itself_only(at_level, jars):
    """Finding B1: the stored code was the same file, and with it that of every other application and version."""
    kobel = at_level
    # Before the start: to import the same code again would put a good copy in the place of a spoiled one.
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
    # A restart of its own goes on with what was deployed.
    application.stop(Force=True)
    application.start()
    for one in (application, other):
        one.stop(Force=True)


def test_damaged_code_is_told_and_not_run(kobel, jars):
    application = Application(kobel, "damaged")
    application.create(jars["Counting"])
    for path in glob.glob(f"{kobel.data}/code/*"):
        with open(path, "r+b") as file:
            file.write(b"PWNED")
    operation = kobel.client.start_application(ApplicationName="damaged")["OperationId"]
    assert application.settle() == "READY"
    assert "is damaged" in str(application.operation(operation))
    # The same code again takes the place of what is damaged.
    application.update_configuration(**application.new_code(jars["Counting"]))
    application.start()
    application.stop(Force=True)


def test_applications_may_lie_on_another_file_system(runtime, jars, tmp_path):
    """Finding D5: a hard link from the store failed, 5 times a second and without a word."""
    elsewhere = tempfile.mkdtemp(dir="/dev/shm", prefix="kobel-apps-")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "apps").symlink_to(elsewhere)
    kobel = Kobel(tmp_path / "data", "--spares", "1")
    try:
        application = Application(kobel, "elsewhere")
        application.create(jars["Counting"])
        application.start()
        application.wait_for_count(0)
        # This one takes a spare, whose logs stay when it has ended.
        wait_for(lambda: any(one.get("spare") == "READY" for one in get(kobel, "/kobel/v1/status")["clusters"]), "a spare is primed")
        application.update_configuration(EnvironmentPropertyUpdates=Application.properties("second"))
        assert application.settle() == "RUNNING"
        application.wait_for_count(0, "second")
        application.stop()
        assert {"first", "second"} <= {line[0] for line in application.lines()}
        application.delete()
        wait_for(lambda: os.listdir(f"{elsewhere}/.trash") == [], "what was removed is gone")
    finally:
        assert kobel.stop() == 0
        shutil.rmtree(elsewhere)


def test_output_stays_within_the_budget_and_its_newest_lines_stay(kobel, jars):
    """Finding E2: what a job prints grew without end."""
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


def test_code_that_no_version_names_any_more_is_removed(kobel, jars):
    """Deleted applications, and uploads that were refused, left their code for ever."""
    code = os.path.join(kobel.data, "code")
    application = Application(kobel, "short-lived")
    application.create(jars["Counting"])
    kept = Application(kobel, "kept")
    kept.create(jars["Spoils"])
    assert len(os.listdir(code)) == 2
    application.delete()
    with open(jars["Spoils"], "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    wait_for(lambda: os.listdir(code) == [digest], "only what is needed is left")
    kept.delete()
    wait_for(lambda: not os.listdir(code), "nothing is left")
