"""Which operators a program has is known without a cluster: main() is run once more, in a sandbox of its own."""

import glob
import os
import pathlib

import pytest

from kobel import Application, Kobel, wait_for
from test_sandbox import level_or_skip


def program(application):
    return application.kobel.ask(f"{application.path}/program")


def operators(application):
    status, answer = program(application)
    assert status == 200, answer
    return answer["operators"]


def failure(application):
    status, answer = program(application)
    assert status != 200, answer
    return status, answer["error"]["message"]


def metadata(application, snapshot):
    path, = glob.glob(os.path.join(application.kobel.data, "apps", "*", "snapshots", snapshot, "**", "_metadata"), recursive=True)
    return pathlib.Path(path).read_bytes()


@pytest.mark.parametrize("name", ["FLINK-1_20", "FLINK-2_2"])
def test_the_operators_are_those_of_a_savepoint(runtime_2_2, application, jars, name):
    application.create(jars["Counting"])
    if name != "FLINK-1_20":
        application.update(RuntimeEnvironmentUpdate=name)
    before = operators(application)
    assert [(one.get("uid"), one["name"]) for one in before] == [
        ("numbers", "Source: Sequence Source"), (None, "Map"), ("count", "KeyedProcess"), (None, "Sink: Print to Std. Out")]
    assert application.status() == "READY"
    application.start()
    application.wait_for_count(5)
    application.take_snapshot("first")
    saved = metadata(application, "first")
    assert [one["id"] for one in before if bytes.fromhex(one["id"]) in saved] == [one["id"] for one in before]
    assert operators(application) == before


def test_what_was_set_for_the_application_counts(application, jars):
    application.create(jars["Counting"])
    assert {one["parallelism"] for one in operators(application)} == {1}
    application.update_configuration(FlinkApplicationConfigurationUpdate={"ParallelismConfigurationUpdate": {
        "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": 3, "ParallelismPerKPUUpdate": 3, "AutoScalingEnabledUpdate": False}})
    assert {one["parallelism"] for one in operators(application)} == {3}


def test_a_program_with_several_jobs_is_reported(application, jars):
    application.create(jars["ExecuteTwice"])
    status, answer = program(application)
    assert (status, answer["severalJobs"], len(answer["operators"])) == (200, True, 3)


@pytest.mark.parametrize("job, text", [
    ("Throws", "main() failed: java.lang.IllegalStateException: no such stream: orders"),
    ("Exits", "main() ended with exit status 3, before it had submitted a job"),
    ("NoExecute", "main() ended without execute()"),
    ("Configures", "execution.checkpointing.interval was changed from 1 s to 1234 ms"),
    ("NoMain", "the code is not a jar with a program in Java"),
    ("Noise", "Error while opening jar file"),
])
def test_a_program_without_operators_reports_why(application, jars, job, text):
    application.create(jars[job])
    status, message = failure(application)
    assert status == 400 and text in message


def test_a_program_without_end_is_killed_at_the_limit(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--program-limit", "10s") as kobel:
        endless, counting = Application(kobel, "endless"), Application(kobel, "counting")
        endless.create(jars["Loops"])
        counting.create(jars["Counting"])
        assert failure(endless) == (400, "main() has submitted no job within 10 s (--program-limit)")
        wait_for(lambda: not kobel.java_processes(), "its process is gone")
        # A busy machine may need more than the limit.
        answer = wait_for(lambda: (lambda status, answer: status == 200 and answer)(*program(counting)), "another program is inspected")
        assert len(answer["operators"]) == 4
        wait_for(lambda: not os.listdir(os.path.join(kobel.data, "spares")), "its directory is gone")


def test_a_program_that_is_inspected_ends_with_the_daemon(own, jars):
    endless = Application(own, "endless")
    endless.create(jars["Loops"])
    with pytest.raises(OSError):
        own.request(f"{endless.path}/program", timeout=0.5)
    wait_for(own.java_processes, "it runs")
    assert own.stop() == 0
    assert own.java_processes() == []


@pytest.mark.parametrize("level", ["full", "contained", "scoped"])
def test_a_program_is_inspected_in_a_sandbox(runtime, jars, tmp_path, level):
    level_or_skip(level)
    with Kobel(tmp_path, "--sandbox", level) as kobel:
        peeking = Application(kobel, "peeking")
        secret = os.path.join(kobel.data, "kobel.db")
        # The label is a property, so these are there as well.
        peeking.create(jars["Peeks"], label=secret)
        assert failure(peeking)[1].endswith(f"{secret} cannot be read")


def test_an_application_without_code_or_name_is_refused(plain):
    assert failure(plain) == (400, f"Application {plain.name} has no application code.")
    status, answer = plain.kobel.ask("/kobel/v1/applications/missing/program")
    assert (status, answer["error"]["kind"]) == (404, "not-found")
    assert plain.kobel.request(f"{plain.path}/program", method="HEAD")[0] == 405
