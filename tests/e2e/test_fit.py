"""What snapshots of real Flink contain, and whether a program can be started from them."""

import pytest


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
