"""What snapshots of real Flink contain, and whether a program can be started from them."""

import glob
import json
import os
import subprocess

import pytest

from kobel import BINARY


def ask(application, snapshot, **parameters):
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return application.kobel.ask(f"{application.path}/snapshots/{snapshot}?{query}")


def rows(report):
    return {one.get("uid") or one.get("name"): one for one in report["operators"]}


@pytest.mark.parametrize("name", ["FLINK-1_20", "FLINK-2_2"])
def test_a_snapshot_lists_its_operators_and_fits_its_program(runtime_2_2, application, jars, name):
    application.create(jars["Counting"])
    if name != "FLINK-1_20":
        application.update(RuntimeEnvironmentUpdate=name)
    application.start()
    application.wait_for_count(5)
    application.take_snapshot("s")
    status, shown = ask(application, "s", fit="true")
    assert status == 200, shown
    assert (shown["status"], shown["runtimeEnvironment"], shown["isEnhanced"]) == ("READY", name, False)
    assert shown["savepoint"]["kind"] == "CANONICAL"
    states = [state["name"] for one in shown["savepoint"]["operators"] for state in one["states"]]
    assert "count" in states
    assert shown["fit"]["canRestore"] and shown["fit"]["lost"] == 0
    assert rows(shown["fit"])["count"]["match"] == "MATCHED"


def test_state_without_an_operator_is_named_before_a_start(running, jars):
    running.take_snapshot("s")
    running.stop(Force=True)
    running.update_configuration(**running.new_code(jars["OtherUid"]))
    status, shown = ask(running, "s", fit="true")
    assert status == 200, shown
    assert not shown["fit"]["canRestore"] and shown["fit"]["canRestoreWithNonRestoredState"]
    lost, = [one for one in shown["fit"]["operators"] if one["match"] == "LOST"]
    assert "count (KEYED_VALUE)" in lost["explanation"] and lost["operatorId"] in lost["explanation"]
    assert rows(shown["fit"])["another"]["match"] == "NEW"
    assert "fit" not in ask(running, "s")[1]


def test_what_cannot_be_answered_is_reported(running, jars):
    running.take_snapshot("s")
    running.stop(Force=True)
    running.update_configuration(**running.new_code(jars["Throws"]))
    status, shown = ask(running, "s", fit="true")
    assert status == 200 and "no such stream: orders" in shown["fitFailure"] and "savepoint" in shown
    assert ask(running, "absent")[0] == 404
    assert running.kobel.ask("/kobel/v1/snapshots/absent")[0] == 404
    assert running.kobel.request(f"{running.path}/snapshots/s", method="HEAD")[0] == 405


def test_a_maximum_parallelism_that_the_program_changed_is_explained(running, jars):
    operation = running.update_configuration(**running.new_code(jars["Narrow"]))
    assert running.settle() == "READY"
    text = running.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    assert "has the maximum parallelism 128, and the program sets 2. Flink cannot change it: set 128, or none" in text
    assert "Other operators that do not fit" in text


def test_a_roll_back_reports_what_did_not_fit(runtime_2_2, application, jars):
    application.create(jars["Counting"], ApplicationSystemRollbackConfiguration={"RollbackEnabled": True})
    application.update(RuntimeEnvironmentUpdate="FLINK-2_2")
    application.start()
    application.wait_for_count(5)
    operation = application.update_configuration(**application.new_code(jars["OtherUid"]))
    assert application.settle() == "RUNNING"
    text = application.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    assert "(uid 'count', id" in text and "Set the uid 'count', or set AllowNonRestoredState." in text
    assert "Its operator of that name has the uid 'another'" in text


def doctor(kobel, *words):
    done = subprocess.run([BINARY, "doctor", *words], env={**os.environ, "KOBEL_URL": kobel.url}, capture_output=True, text=True)
    return done.returncode, done.stdout or done.stderr


def test_doctor_compares_a_jar_with_a_snapshot(running, jars):
    running.take_snapshot("s")
    status, text = doctor(running.kobel, jars["OtherUid"], "--snapshot", "s", "--application", running.name)
    assert status == 1 and "NO OPERATOR" in text and "The program cannot be started from it." in text, text
    directory, = glob.glob(os.path.join(running.kobel.data, "apps", running.show()["id"], "snapshots", "s", "*", "savepoint-*"))
    status, text = doctor(running.kobel, jars["Counting"], "--snapshot", os.path.join(directory, "_metadata"))
    assert "The program can be started from it." in text and "count: LongSerializer, timers" in text, text
    status, text = doctor(running.kobel, jars["OtherUid"], "--snapshot", directory, "--json")
    shown = json.loads(text)
    assert status == 1 and not shown["fits"] and shown["snapshot"]["fit"]["lost"] == 1 and shown["jar"]
    done = subprocess.run([BINARY, "doctor", "--snapshot", "s"], env={**os.environ, "KOBEL_URL": running.kobel.url}, capture_output=True, text=True)
    assert done.returncode == 1 and "give the jar" in done.stderr
    names = {one["ApplicationName"] for one in running.client.list_applications()["ApplicationSummaries"]}
    assert not [name for name in names if name.startswith("rehearse-")]


def test_doctor_reads_a_directory_without_a_daemon():
    place = os.path.join(os.path.dirname(__file__), "..", "data", "savepoints", "2.2.0", "canonical")
    done = subprocess.run([BINARY, "doctor", "--snapshot", place], env={**os.environ, "KOBEL_URL": "http://127.0.0.1:1"}, capture_output=True, text=True)
    assert "totals-uid" in done.stdout and "It was not compared with a program" in done.stdout, done.stdout + done.stderr
    done = subprocess.run([BINARY, "doctor", "--snapshot", "s"], env={**os.environ, "KOBEL_URL": "http://127.0.0.1:1"}, capture_output=True, text=True)
    assert done.returncode == 1 and "no daemon answers at http://127.0.0.1:1" in done.stderr
