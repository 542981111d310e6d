"""Airflow's operators and sensors for the service. What they do, task by task, is in clients/airflow/life.py."""

import os
import pathlib
import subprocess
import sys

import pytest
from once import cache, made_once

from kobel import wait_for

CLIENT = pathlib.Path(__file__).parent / "clients" / "airflow"
REQUIREMENTS = CLIENT / "requirements.txt"
VERSION = next(line for line in REQUIREMENTS.read_text().splitlines() if line.startswith("apache-airflow-providers-amazon==")).split("==")[1]


def install(directory):
    """A virtual environment of its own: Airflow wants other versions of what the tests use."""
    subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
    subprocess.run([str(directory / "bin" / "pip"), "install", "-q", "--no-deps", "-r", str(REQUIREMENTS)], check=True)


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    """Runs the tasks of life.py for an application, and returns the log of Airflow."""
    directory = made_once(cache() / "clients" / f"airflow-{VERSION}", install)
    home = tmp_path_factory.mktemp("airflow")

    def run(application, jar, kind):
        application.put_code(jar)
        done = subprocess.run(
            [str(directory / "bin" / "python"), str(CLIENT / "life.py"), application.name, "code", f"{application.name}.jar", kind],
            env={**application.kobel.environment(), "AIRFLOW_HOME": str(home), "HOME": os.fspath(home)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout
    return run


@pytest.mark.slow
def test_operators_and_sensors_start_and_stop_an_application(application, jars, airflow):
    log = airflow(application, jars["Counting"], "endless")
    assert "application started successfully" in log and "application stopped successfully" in log
    assert application.status() == "READY"
    assert len(application.snapshots()) == 1


@pytest.mark.slow
def test_a_sensor_sees_a_job_run_that_ends_at_once(application, jars, airflow):
    log = airflow(application, jars["Bounded"], "bounded")
    assert "status: RUNNING" in log and "application stopped successfully" in log
    assert [event["message"] for event in application.events("end")] == ["the job reached its end"]
    wait_for(lambda: application.status() == "READY", "the application is READY")
