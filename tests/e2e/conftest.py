import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

import deep  # noqa: E402
import exercised  # noqa: E402: records the calls of each boto3 client that is created from here on
import progress  # noqa: E402
from broker import Broker, build_job  # noqa: E402
from kobel import BINARY, Application, Kobel  # noqa: E402
from once import made_once, shared_directory  # noqa: E402
from programs import build_copy, build_examples, build_jars, install_runtime  # noqa: E402
from s3_server import S3Server, daemon_with  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes a minute or more; runs first, so that the run does not end with it alone")
    config.addinivalue_line("markers", "quick: one of the few for each commit")
    config.addinivalue_line("markers", "deep: repeats on real Flink what another test shows (deep.py)")
    config.pluginmanager.register(deep.LeftOut())
    progress.register(config)
    # The daemons of all workers share the memory, and no daemon counts the others.
    if "PYTEST_XDIST_WORKER" in os.environ:
        workers = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        os.environ.setdefault("KOBEL_MEMORY_BUDGET", f"{available_mb() * 3 // 4 // workers}m")


def available_mb():
    with open("/proc/meminfo") as file:
        return int(re.search(r"MemAvailable:\s+(\d+)", file.read())[1]) // 1024


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items):
    """The check of exercised operations runs last. Slow tests run first, each followed by a short one: pytest-xdist gives each worker
    two tests at first."""
    deep.mark(items)
    last = [item for item in items if item.name == exercised.CHECK]
    slow = [item for item in items if item.get_closest_marker("slow")]
    others = [item for item in items if item not in last and item not in slow]
    mixed = [item for pair in zip(slow, others) for item in pair]
    items[:] = mixed + slow[len(others):] + others[len(slow):] + last


def pytest_sessionfinish():
    exercised.save()


@pytest.fixture(scope="session")
def runtime():
    """The directory of the installed Flink 1.20."""
    install_runtime("FLINK-1_20")
    listed = subprocess.run([BINARY, "runtime", "list"], check=True, capture_output=True, text=True).stdout
    return next(line.split()[-1] for line in listed.splitlines() if line.startswith("FLINK-1_20"))


@pytest.fixture
def own_runtimes(runtime, tmp_path):
    """A runtimes directory of one test, which may change it: with FLINK-1_20 alone."""
    runtimes = tmp_path / "runtimes"
    # Hard links, where possible: the copy needs little room.
    is_same_disk = os.stat(runtime).st_dev == os.stat(tmp_path).st_dev
    shutil.copytree(runtime, runtimes / "FLINK-1_20", copy_function=os.link if is_same_disk else shutil.copy2)
    return runtimes


@pytest.fixture(scope="session")
def runtime_1_15(runtime):
    install_runtime("FLINK-1_15")


@pytest.fixture(scope="session")
def runtime_1_18(runtime):
    install_runtime("FLINK-1_18")


@pytest.fixture(scope="session")
def runtime_1_19(runtime):
    install_runtime("FLINK-1_19")


@pytest.fixture(scope="session")
def runtime_2_2(runtime):
    install_runtime("FLINK-2_2")


@pytest.fixture(scope="session")
def runtime_2_3(runtime):
    install_runtime("FLINK-2_3")


@pytest.fixture(scope="session")
def jars(runtime, tmp_path_factory):
    """The test programs as jars, by the name of the main class."""
    directory = made_once(shared_directory(tmp_path_factory) / "jars", lambda directory: build_jars(runtime, directory))
    return {jar.stem: str(jar) for jar in directory.glob("*.jar")}


@pytest.fixture(scope="session")
def exactly_once_jar(tmp_path_factory):
    """The job of tests/e2e/kafka."""
    directory = shared_directory(tmp_path_factory) / "exactly-once"
    return str(made_once(directory, build_job) / "target" / "exactly-once.jar")


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """Builds a project of Maven that lies beside the tests, by its name, and returns the directory of what was built."""
    here = pathlib.Path(__file__).parent
    return lambda name: made_once(shared_directory(tmp_path_factory) / name, lambda directory: build_copy(here / name, directory))


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """The jars of the examples with a pom.xml, by name."""
    directory = made_once(shared_directory(tmp_path_factory) / "examples", build_examples)
    return {jar.stem: str(jar) for jar in directory.glob("*/target/*.jar") if not jar.stem.startswith("original-")}


@pytest.fixture(scope="session")
def shared(runtime, tmp_path_factory):
    """A daemon for tests that do not disturb each other."""
    with Kobel(tmp_path_factory.mktemp("shared")) as kobel:
        yield kobel


@pytest.fixture
def application(shared, request):
    """An application on the shared daemon: not created yet, and deleted after the test."""
    app = Application(shared, re.sub("[^a-zA-Z0-9]+", "-", request.node.name)[:100])
    yield app
    if not app.is_gone():
        app.settle()
        app.delete()


@pytest.fixture
def plain(application):
    """An application without code."""
    application.create_without_code()
    return application


@pytest.fixture
def running(application, jars):
    """An application whose job counts."""
    application.create(jars["Counting"])
    application.start()
    application.wait_for_count(5)
    return application


@pytest.fixture
def own(runtime, tmp_path):
    """A daemon for one test, which may kill it."""
    with Kobel(tmp_path) as kobel:
        yield kobel


@pytest.fixture
def broker(tmp_path):
    """A Kafka broker with the topics `in` and `out`."""
    broker = Broker(tmp_path / "kafka")
    broker.create_topics({"in": 2, "out": 1})
    yield broker
    broker.stop()


@pytest.fixture
def s3(tmp_path):
    with open(tmp_path / "moto.log", "w") as log:
        server = S3Server(log)
        yield server
        server.stop()


@pytest.fixture
def remote(runtime, s3, tmp_path):
    """A daemon for one test, whose buckets are on the S3 server."""
    with daemon_with(s3, tmp_path / "data") as kobel:
        yield kobel
