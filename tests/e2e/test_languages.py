"""The same life of an application on each runtime and in each language: start, count, snapshot, update with state, stop, death."""

import zipfile

import lives
import pytest
from programs import EXAMPLES, install_runtime

from kobel import wait_for


@pytest.fixture(scope="module")
def scala3_jar(project):
    return project("scala3") / "target" / "scala3.jar"


# On FLINK-1_15 test_runtimes.py does it, on FLINK-1_20 test_life.py and others.
@pytest.mark.slow
@pytest.mark.parametrize("name", ["FLINK-1_18", "FLINK-1_19", "FLINK-2_2", "FLINK-2_3"])
def test_java_lives_on_each_runtime(application, jars, name):
    install_runtime(name)
    application.create(jars["Counting"], runtime=name)
    lives.live(application, {"job": {"label": "second"}})


@pytest.mark.slow
def test_scala_of_the_jar_lives(application, examples):
    application.put_code(examples["scala-counter"])
    lives.create(application, f"{application.name}.jar", {"Counter": {"greeting": "hello"}})
    lives.live(application, {"Counter": {"greeting": "bye"}})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["FLINK-1_20", "FLINK-2_2"])
def test_scala_3_of_the_jar_lives(application, scala3_jar, name):
    install_runtime(name)
    application.put_code(scala3_jar)
    lives.create(application, f"{application.name}.jar", {"Counter": {"greeting": "hello"}}, name)
    lives.live(application, {"Counter": {"greeting": "bye"}})


def create_python(application, tmp_path, runtime):
    """Returns the properties that run it."""
    install_runtime(runtime, "--python")
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.write(EXAMPLES / "python-datastream" / "main.py", "main.py")
    run = {"kinesis.analytics.flink.run.options": {"python": "main.py"}}
    application.put_code(tmp_path / "app.zip")
    lives.create(application, f"{application.name}.jar", {"Counter": {"greeting": "hello"}, **run}, runtime)
    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", ["FLINK-1_18", "FLINK-1_19", "FLINK-1_20", "FLINK-2_2", "FLINK-2_3"])
def test_python_lives(application, tmp_path, name):
    run = create_python(application, tmp_path, name)
    lives.live(application, {"Counter": {"greeting": "bye"}, **run})


@pytest.mark.slow
def test_python_keeps_its_state_over_upgrades(application, tmp_path):
    for name in ("FLINK-1_19", "FLINK-2_2"):
        install_runtime(name, "--python")
    create_python(application, tmp_path, "FLINK-1_18")
    application.start()
    count = lives.wait_beyond(application, 5)
    for name in ("FLINK-1_19", "FLINK-1_20", "FLINK-2_2"):
        operation = application.update(RuntimeEnvironmentUpdate=name)
        assert application.settle() == "RUNNING"
        assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
        assert application.describe()["RuntimeEnvironment"] == name
        count = lives.wait_beyond(application, count + 5)
    application.stop()
    lives.assert_exact(application)


def scale(application, parallelism):
    """In one TaskManager."""
    operation = application.update_configuration(FlinkApplicationConfigurationUpdate={"ParallelismConfigurationUpdate": {
        "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": parallelism, "ParallelismPerKPUUpdate": parallelism}})
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"


def test_python_scales_with_its_state(application, tmp_path):
    create_python(application, tmp_path, "FLINK-1_20")
    application.start()
    count = lives.wait_beyond(application, 5)
    scale(application, 2)
    wait_for(lambda: application.show()["current"]["tasksRunning"] >= 4, "both of each task run")
    count = lives.wait_beyond(application, count + 5)
    scale(application, 1)
    lives.wait_beyond(application, count + 5)
    application.stop()
    lives.assert_exact(application)
    assert len(lives.counts_by_key(application)) == 4
