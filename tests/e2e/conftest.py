import os
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

import exercised  # noqa: E402: listens to each boto3 client that is made from here on
import progress  # noqa: E402
from broker import build_job  # noqa: E402
from kobel import BINARY, Application, Kobel  # noqa: E402
from once import alone, cache, made_once, shared_directory  # noqa: E402
from programs import build_jars  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes about a minute or more; begins before others, so that nobody waits for it alone")
    config.addinivalue_line("markers", "quick: one of the handful for each commit")
    progress.register(config)
    # Daemons of workers run beside each other, none knows of the others' needs.
    if "PYTEST_XDIST_WORKER" in os.environ:
        workers = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        os.environ.setdefault("KOBEL_MEMORY_BUDGET", f"{available_mb() * 3 // 4 // workers}m")


def available_mb():
    with open("/proc/meminfo") as file:
        return int(re.search(r"MemAvailable:\s+(\d+)", file.read())[1]) // 1024


def pytest_collection_modifyitems(items):
    """What was exercised is looked at when everything was; slow tests come first, each with a short one behind it, which is how
    pytest-xdist deals them out: two to each worker."""
    last = [item for item in items if item.name == exercised.CHECK]
    slow = [item for item in items if item.get_closest_marker("slow")]
    others = [item for item in items if item not in last and item not in slow]
    mixed = [item for pair in zip(slow, others) for item in pair]
    items[:] = mixed + slow[len(others):] + others[len(slow):] + last


def pytest_sessionfinish():
    exercised.save()


def install_runtime(name):
    with alone(cache() / "runtimes.lock"):
        subprocess.run([BINARY, "runtime", "install", name], check=True)


@pytest.fixture(scope="session")
def runtime():
    """The directory of the installed Flink 1.20."""
    install_runtime("FLINK-1_20")
    listed = subprocess.run([BINARY, "runtime", "list"], check=True, capture_output=True, text=True).stdout
    return next(line.split()[-1] for line in listed.splitlines() if line.startswith("FLINK-1_20"))


@pytest.fixture(scope="session")
def runtime_2_2(runtime):
    install_runtime("FLINK-2_2")


@pytest.fixture(scope="session")
def jars(runtime, tmp_path_factory):
    """Test programs by the name of their main class."""
    directory = made_once(shared_directory(tmp_path_factory) / "jars", lambda directory: build_jars(runtime, directory))
    return {jar.stem: str(jar) for jar in directory.glob("*.jar")}


@pytest.fixture(scope="session")
def exactly_once_jar(tmp_path_factory):
    """The job of tests/e2e/kafka."""
    directory = shared_directory(tmp_path_factory) / "exactly-once"
    return str(made_once(directory, build_job) / "target" / "exactly-once.jar")


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
