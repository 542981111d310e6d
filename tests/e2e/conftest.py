import os
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

import exercised  # noqa: E402, F401: listens to each boto3 client that is made from here on
from kobel import BINARY, Application, Kobel  # noqa: E402


def pytest_collection_modifyitems(items):
    """What was exercised is looked at when everything was."""
    items.sort(key=lambda item: item.name == "test_every_operation_was_done_and_refused")


@pytest.fixture(scope="session")
def runtime():
    """The directory of the installed Flink 1.20."""
    subprocess.run([BINARY, "runtime", "install", "FLINK-1_20"], check=True)
    listed = subprocess.run([BINARY, "runtime", "list"], check=True, capture_output=True, text=True).stdout
    return next(line.split()[-1] for line in listed.splitlines() if line.startswith("FLINK-1_20"))


@pytest.fixture(scope="session")
def jars(runtime, tmp_path_factory):
    """Test programs by the name of their main class, built with the JDK against the runtime's own jars."""
    work = tmp_path_factory.mktemp("jars")
    classes = work / "classes"
    sources = sorted(str(path) for path in (HERE / "jobs").glob("*.java"))
    subprocess.run(["javac", "-nowarn", "--release", "11", "-d", str(classes), "-cp", f"{runtime}/lib/*", *sources], check=True)
    built = {}
    for source in sources:
        name = pathlib.Path(source).stem
        jar = work / f"{name}.jar"
        subprocess.run(["jar", "--create", "--file", str(jar), "--main-class", f"jobs.{name}", "-C", str(classes), "."], check=True)
        built[name] = str(jar)
    no_main = work / "NoMain.jar"
    subprocess.run(["jar", "--create", "--file", str(no_main), "-C", str(classes), "."], check=True)
    built["NoMain"] = str(no_main)
    noise = work / "Noise.jar"
    noise.write_bytes(os.urandom(4096))
    built["Noise"] = str(noise)
    return built


@pytest.fixture(scope="session")
def shared(runtime, tmp_path_factory):
    """A daemon for tests that do not disturb each other."""
    kobel = Kobel(tmp_path_factory.mktemp("shared"))
    yield kobel
    assert kobel.stop() == 0
    assert kobel.java_processes() == []


@pytest.fixture
def application(shared, request):
    """A fresh name on the shared daemon; the application is removed afterwards."""
    app = Application(shared, re.sub("[^a-zA-Z0-9]+", "-", request.node.name)[:100])
    yield app
    if not app.is_gone():
        app.settle()
        app.delete()


@pytest.fixture
def own(runtime, tmp_path):
    """A daemon of the test's own, for being killed."""
    kobel = Kobel(tmp_path)
    yield kobel
    if kobel.process.poll() is None:
        kobel.stop()
    assert kobel.java_processes() == []
