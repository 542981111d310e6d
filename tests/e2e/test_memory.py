"""How much memory of each kind a program may use in the dev profile, and what is reported when it uses more."""

import pathlib
import zipfile

import lives
import pytest
from history import History
from kobel import Application, Kobel
from test_python import GROUP, app, daemon, fails_to_start, python  # noqa: F401: fixtures


def create(application, jars, label):
    application.create(jars["Allocating"], label)


# As much as a source of Kinesis with enhanced fan-out, and all of the headroom.
@pytest.mark.parametrize("label", ["task-direct-64", "task-direct-400", "task-heap-400", "task-metaspace-300"])
def test_the_headroom_may_be_of_each_kind(application, jars, label):
    create(application, jars, label)
    application.start()
    application.wait_for_count(1, label)
    assert application.show()["recoveries"] == 0


@pytest.mark.parametrize("label, kind, error", [
    ("task-direct-900", "restart", "the direct memory"), ("task-heap-900", "recovery", "the heap"), ("task-metaspace-900", "recovery", "the metaspace")])
def test_a_task_that_needs_more_is_reported_with_the_limit_and_the_option(application, jars, label, kind, error):
    create(application, jars, label)
    application.start()
    event = History(application).wait_for(kind=kind)
    text = event.get("cause") or event["reason"]
    assert f"the program needs more than the limit of {error}, which --kpu-memory of the daemon raises" in text, event
    application.stop(Force=True)


def test_the_option_raises_the_limit(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--kpu-memory", "1g") as kobel:
        application = Application(kobel, "large")
        create(application, jars, "task-direct-900")
        application.start()
        application.wait_for_count(1)
        assert application.show()["recoveries"] == 0


def test_a_program_that_needs_more_fails_its_start(application, jars):
    create(application, jars, "main-heap-900")
    operation = application.client.start_application(ApplicationName=application.name)["OperationId"]
    assert application.settle() == "READY"
    failure = application.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    assert "the program needs more than the limit of the heap, which --kpu-memory of the daemon raises" in failure, failure


GREEDY = "data = []\nwhile True:\n    data.append(b'x' * (1 << 24))\n"
FUNCTION = """
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment


def greedy(value):
    data = []
    while True:
        data.append(b"x" * (1 << 24))


environment = StreamExecutionEnvironment.get_execution_environment()
environment.from_collection([1, 2, 3], Types.INT()).map(greedy, Types.INT()).print()
environment.execute()
"""


def create_python(app, text):  # noqa: F811
    with zipfile.ZipFile(pathlib.Path(app.kobel.data) / "s3" / "code" / f"{app.name}.zip", "w") as archive:
        archive.writestr("main.py", text)
    lives.create(app, f"{app.name}.zip", {GROUP: {"python": "main.py"}})


def test_a_program_in_python_that_needs_more_fails_its_start(app):  # noqa: F811
    create_python(app, GREEDY)
    failure = fails_to_start(app)
    assert "the limit of the memory of a process, which --kpu-memory of the daemon raises: a Python process beside jobmanager" in failure


def test_a_function_in_python_that_needs_more_is_reported(app):  # noqa: F811
    create_python(app, FUNCTION)
    app.start()
    cause = History(app).wait_for(kind="restart")["cause"]
    assert "which --kpu-memory of the daemon raises: a Python process beside taskmanager-1 was killed" in cause, cause
    app.stop(Force=True)
