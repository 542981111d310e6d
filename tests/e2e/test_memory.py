"""How much memory of each kind a program may use in the dev profile, and what is reported when it uses more."""

import pytest
from history import History

from kobel import Application, Kobel


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
