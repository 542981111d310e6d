"""`kobel run` and `kobel doctor` with a Python project: what the service would get."""

import glob
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import zipfile

import pytest
from kobel import BINARY, Application, wait_for
from programs import EXAMPLES, install_runtime
from test_run import Run

OPTIONS = "kinesis.analytics.flink.run.options"


@pytest.fixture
def project(tmp_path, jars):
    directory = tmp_path / "stock-trends"
    (directory / "lib").mkdir(parents=True)
    (directory / "helpers").mkdir()
    (directory / ".git").mkdir()
    (directory / "main.py").write_text("raise SystemExit('not this time')\n")
    (directory / "helpers" / "__init__.py").write_text("")
    (directory / "requirements.txt").write_text("numpy\n")
    (directory / ".git" / "config").write_text("")
    with open(jars["Shout"], "rb") as jar:
        (directory / "lib" / "functions.jar").write_bytes(jar.read())
    return directory


def stored_zip(kobel, md5):
    """The names in a zip that the daemon has stored."""
    for path in glob.glob(os.path.join(kobel.data, "code", "**"), recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                content = file.read()
            if hashlib.md5(content).hexdigest() == md5:
                return sorted(zipfile.ZipFile(io.BytesIO(content)).namelist())
    raise AssertionError("it is not stored")


def test_run_packs_a_directory_as_the_service_takes_it(shared, project, tmp_path):
    run = Run(tmp_path, project, "-p", "in.topic=orders", "-p", f"{OPTIONS}.pyArchives=helpers", KOBEL_URL=shared.url)
    run.wait_for("application stock-trends is created")
    application = Application(shared, "stock-trends")
    configuration = application.describe()["ApplicationConfigurationDescription"]
    code = configuration["ApplicationCodeConfigurationDescription"]
    assert code["CodeContentType"] == "ZIPFILE"
    groups = {group["PropertyGroupId"]: group["PropertyMap"] for group in configuration["EnvironmentPropertyDescriptions"]["PropertyGroupDescriptions"]}
    assert groups == {"in": {"topic": "orders"},
                      OPTIONS: {"python": "main.py", "jarfile": "lib/functions.jar", "pyFiles": ".", "pyArchives": "helpers"}}
    assert stored_zip(shared, code["CodeContentDescription"]["CodeMD5"]) == ["helpers/__init__.py", "lib/functions.jar", "main.py", "requirements.txt"]
    run.process.kill()
    run.process.wait()
    wait_for(lambda: application.status() in ("READY", "RUNNING"), "the start has ended")
    application.delete()


def test_run_wants_one_jar(shared, project, tmp_path):
    (project / "lib" / "second.jar").write_bytes((project / "lib" / "functions.jar").read_bytes())
    run = Run(tmp_path, project / "main.py", KOBEL_URL=shared.url)
    assert run.end() == 1
    assert "lib/ has 2 jars, and the service adds one jar" in run.err and "is created" not in run.err


def test_doctor_checks_a_project_and_its_zip(shared, project, tmp_path):
    def findings(*words):
        done = subprocess.run([BINARY, "doctor", *words, "--json"], env={**os.environ, "KOBEL_URL": shared.url}, capture_output=True, text=True)
        return [(one["severity"], one["subject"]) for one in json.loads(done.stdout)["jar"] if one["severity"] in ("warning", "error")]

    assert findings(str(project)) == []
    assert findings(str(project), "-p", f"{OPTIONS}.python=other.py", "-p", f"{OPTIONS}.pyModule=x") == [("error", "Python"), ("warning", "properties")]
    (project / "requirements.txt").write_text("apache-flink==1.19.0\n")
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.write(project / "main.py", "project/main.py")
        archive.write(project / "requirements.txt", "requirements.txt")
    assert findings(str(tmp_path / "app.zip")) == [("error", "Python"), ("warning", "PyFlink")]


def test_a_watched_script_counts_on_after_a_change(runtime, tmp_path):
    install_runtime("FLINK-1_20", "--python")
    shutil.copytree(EXAMPLES / "python-table", tmp_path / "words")
    script = tmp_path / "words" / "main.py"
    run = Run(tmp_path, script, "--port", "0", "--data", str(tmp_path / "data"), "--watch", "-p", "Words.greeting=hello")
    run.wait_for("hello red, 10]")
    script.write_text(script.read_text().replace('("red", "green", "blue")', '("pink", "green", "blue")'))
    run.wait_for("hello pink, 1]")
    # The state is that of the script before: green was counted by both.
    counts = [int(count) for count in re.findall(r"hello green, (\d+)\]", run.out)]
    assert sorted(set(counts)) == list(range(1, max(counts) + 1))
    run.interrupt()
    assert run.end() == 0
