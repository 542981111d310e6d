"""Applications in Python: a zip with main.py, as the service takes it."""

import os
import pathlib
import re
import subprocess
import zipfile

import pytest
from command_line import call
from kobel import BINARY, Application, Kobel, wait_for
from programs import install_runtime

SOURCES = pathlib.Path(__file__).parent / "jobs" / "python"
GROUP = "kinesis.analytics.flink.run.options"


def pack(path, **more):
    """The programs of jobs/python, and more files by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for source in sorted(SOURCES.rglob("*.py")):
            archive.write(source, source.relative_to(SOURCES))
        for name, text in more.items():
            archive.writestr(name, text)
    return path


def properties(label, **run):
    return {"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"label": label}},
                               {"PropertyGroupId": GROUP, "PropertyMap": {"pyFiles": "dep", **run}}]}


@pytest.fixture(scope="module")
def python(runtime):
    install_runtime("FLINK-1_20", "--python")


@pytest.fixture(scope="module")
def daemon(python, tmp_path_factory):
    with Kobel(tmp_path_factory.mktemp("python")) as kobel:
        yield kobel


@pytest.fixture
def app(daemon, request):
    app = Application(daemon, re.sub("[^a-zA-Z0-9]+", "-", request.node.name)[:60])
    yield app
    if not app.is_gone():
        app.settle()
        app.delete()


def fails_to_start(app):
    operation = app.client.start_application(ApplicationName=app.name)["OperationId"]
    assert app.settle() == "READY"
    return app.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]


@pytest.mark.slow
def test_a_program_keeps_its_state_over_snapshot_update_kill_and_stop(app, tmp_path):
    app.create(pack(tmp_path / "job.zip"), EnvironmentProperties=properties("first", python="stream.py"))
    app.start()
    app.wait_for_count(5)
    app.take_snapshot("one")
    app.update_configuration(EnvironmentPropertyUpdates=properties("second", python="stream.py"))
    assert app.settle() == "RUNNING"
    counted = app.wait_for_count(5, "second")
    app.wait_for_checkpoint()
    assert app.inject("kill-taskmanager") == 200
    wait_for(lambda: app.show()["recoveries"] == 1, "another cluster is launched")
    counted = app.wait_for_count(counted)
    app.stop()
    app.start()
    app.wait_for_count(counted)
    counts = [count for _, count, _ in app.lines()]
    assert counts.count(1) == 1


def test_a_function_of_the_table_api_runs(app, tmp_path):
    app.create(pack(tmp_path / "job.zip"), EnvironmentProperties=properties("first", python="main.py"))
    app.start()
    app.wait_for_count(3, "first")
    # Flink's jar, which is in the class path of the processes, is not sent to them with the job.
    sent = [path.stat().st_size for path in pathlib.Path(app.kobel.data).rglob("blob_*")]
    assert len(sent) > 0 and sum(sent) < 1000000
    app.stop()


@pytest.mark.parametrize("run, label, has_run, reason", [
    ({"python": "throws.py"}, "x", True, r"ValueError: bad is not a number \(throws.py:3 in <module>, helper_of_throws.py:2 in parse\)"),
    ({"python": "exits.py"}, "x", False, r"SystemExit: it has got 8 and 42 \(exits.py:13 in <module>\)"),
    ({"python": "main.py"}, "misspelt", True, "Object 'no_numbers' not found"),
    ({"python": "other.py"}, "x", False, "The property python names 'other.py', which is not in the zip of the application."),
    ({"python": "main.py", "jarfile": "a.jar,b.jar"}, "x", False, "The property jarfile names several jars"),
], ids=["main", "exit", "sql", "missing", "jars"])
def test_a_program_that_fails_is_reported_with_the_reason(app, tmp_path, run, label, has_run, reason):
    app.create(pack(tmp_path / "job.zip"), EnvironmentProperties=properties(label, **run))
    assert re.search(reason, fails_to_start(app))
    log = call(app.kobel, "logs", app.name)
    assert bool(re.search(rf'Traceback \(most recent call last\):.* File "[^"]*{run["python"]}", line', log, re.DOTALL)) == has_run


@pytest.mark.parametrize("program, reason", [
    ("main.py", r"ZeroDivisionError: integer division or modulo by zero \(main.py:21 in line\)"),
    ("stream.py", r"ZeroDivisionError: integer division or modulo by zero \(stream.py:24 in process_element\)"),
], ids=["table", "stream"])
def test_a_function_that_fails_is_reported_with_the_reason(app, tmp_path, program, reason):
    app.create(pack(tmp_path / "job.zip"), EnvironmentProperties=properties("divides", python=program))
    app.start()
    trouble = wait_for(lambda: app.show().get("trouble"), "the job is in a loop of restarts")
    assert re.search(f"{reason} .logs: ", trouble)
    assert any(re.search(reason, str(event)) for event in app.events())
    log = call(app.kobel, "logs", app.name)
    assert re.search(rf'taskmanager-1 *\| +File "[^"]*{program}", line', log) and "ZeroDivisionError" in log
    app.stop(Force=True)


def test_requirements_that_pip_cannot_install_are_reported(app, tmp_path):
    app.create(pack(tmp_path / "job.zip", **{"requirements.txt": "./not-there-1.0-py3-none-any.whl\n"}),
               EnvironmentProperties=properties("x", python="main.py"))
    assert "pip could not install requirements.txt: ERROR:" in fails_to_start(app)


def test_a_runtime_that_runs_no_python_is_refused_before_its_download(tmp_path):
    done = subprocess.run([BINARY, "runtime", "install", "FLINK-1_15", "--python", "--runtimes", tmp_path], capture_output=True, text=True)
    assert done.returncode == 1 and "programs in Python do not run on FLINK-1_15 here" in done.stderr
    assert not (tmp_path / "FLINK-1_15").exists()


def test_own_files_of_another_kobel_are_replaced(python, own_runtimes):
    module = own_runtimes / "FLINK-1_20" / "python" / "kobel_python.py"
    text = module.read_text()
    module.unlink()
    module.write_text("raise SystemExit(1)\n")
    install_runtime("FLINK-1_20", "--python", "--runtimes", str(own_runtimes))
    assert module.read_text() == text


@pytest.mark.parametrize("name, reason", [
    ("FLINK-1_15", "programs in Python do not run on FLINK-1_15 here"), ("FLINK-1_20", "kobel runtime install FLINK-1_20 --python")])
def test_without_python_the_reason_says_what_to_do(runtime, runtime_1_15, own_runtimes, tmp_path, name, reason):
    (own_runtimes / "FLINK-1_20" / "python" / "python.json").unlink(missing_ok=True)
    os.symlink(pathlib.Path(runtime).parent / "FLINK-1_15", own_runtimes / "FLINK-1_15")
    with Kobel(tmp_path / "data", "--runtimes", str(own_runtimes)) as kobel:
        app = Application(kobel, "no-python")
        app.create(pack(tmp_path / "job.zip"), runtime=name, EnvironmentProperties=properties("x", python="main.py"))
        assert reason in fails_to_start(app)
