"""Failures end in a status that the user understands and can leave, and no process is left."""

import subprocess

import pytest
from botocore.exceptions import ClientError

from kobel import BINARY, Application, Kobel, wait_for


def start_and_fail(application):
    operation = application.client.start_application(ApplicationName=application.name)["OperationId"]
    wait_for(lambda: application.status() == "READY", "the start has failed")
    details = application.operation(operation)
    assert details["OperationStatus"] == "FAILED"
    assert "RunConfigurationDescription" not in application.describe()["ApplicationConfigurationDescription"]
    return details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]


@pytest.mark.parametrize("job, text", [
    ("Throws", "ProgramInvocationException: The main method caused an error: no such stream: orders"),
    ("NoExecute", "No jobs included in application."),
    ("ExecuteTwice", "Cannot have more than one execute"),
    ("Configures", "execution.checkpointing.interval was changed from 1 s to 1234 ms"),
    ("NoMain", "ProgramInvocationException"),
    ("Noise", "Error while opening jar file"),
    ("Exits", "jobmanager ended with exit status"),
])


def test_a_start_that_fails_reports_why(application, jars, job, text):
    application.create(jars[job])
    assert text in start_and_fail(application)
    wait_for(lambda: not any(application.name.encode() in line for line in application.kobel.java_processes()), "no process is left")


def test_a_missing_object_is_refused_at_once(application):
    with pytest.raises(ClientError) as refused:
        application.client.create_application(
            ApplicationName=application.name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole="arn:aws:iam::1:role/x",
            ApplicationConfiguration={"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {
                "S3ContentLocation": {"BucketARN": "arn:aws:s3:::code", "FileKey": "../daemon.log"}}}})
    assert refused.value.response["Error"]["Code"] == "InvalidArgumentException"
    assert "unable to get the specified fileKey: ../daemon.log in the specified bucket: code" in str(refused.value)
    assert application.is_gone()


def test_an_update_that_fails_ends_ready(application, jars):
    application.create(jars["Counting"])
    application.start()
    count = application.wait_for_count(10)
    operation = application.update_configuration(**application.new_code(jars["Throws"]))
    assert application.settle() == "READY"
    assert "no such stream" in application.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    assert application.describe()["ApplicationVersionId"] == 2

    application.update_configuration(**application.new_code(jars["Counting"]))
    application.start()
    application.wait_for_count(count)


@pytest.mark.quick
def test_an_update_that_fails_is_rolled_back_where_that_is_enabled(application, jars):
    application.create(jars["Counting"], ApplicationSystemRollbackConfiguration={"RollbackEnabled": True})
    application.start()
    count = application.wait_for_count(10)
    operation = application.update_configuration(**application.new_code(jars["Throws"]))
    assert application.settle() == "RUNNING"
    failed = application.operation(operation)
    rollback = application.operation(failed["OperationFailureDetails"]["RollbackOperationId"])
    assert (failed["OperationStatus"], rollback["OperationStatus"]) == ("FAILED", "SUCCESSFUL")
    detail = application.describe()
    assert (detail["ApplicationVersionId"], detail["ApplicationVersionRolledBackFrom"], detail["ApplicationVersionRolledBackTo"]) == (3, 2, 1)
    application.wait_for_count(count)


def test_state_that_cannot_be_restored_fails_unless_it_may_be_dropped(application, jars):
    application.create(jars["Counting"])
    application.start()
    application.wait_for_count(10)
    operation = application.update_configuration(**application.new_code(jars["OtherUid"]))
    assert application.settle() == "READY"
    text = application.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    assert "the operator is not available in the new program" in text
    assert "kobel: the program has no operator for the state of" in text and ", count (KEYED_VALUE)" in text
    assert "AllowNonRestoredState" in text and len(text) <= 512
    assert any("To start without this state, set AllowNonRestoredState to true" in event["message"] for event in application.events("error"))

    application.start(RunConfiguration={"FlinkRunConfiguration": {"AllowNonRestoredState": True}})
    assert application.describe()["ApplicationConfigurationDescription"]["RunConfigurationDescription"][
        "FlinkRunConfigurationDescription"] == {"AllowNonRestoredState": True}


def test_a_start_that_exceeds_the_memory_budget_reports_the_numbers(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--memory-budget", "100m") as kobel:
        application = Application(kobel, "large")
        application.create(jars["Counting"])
        assert "of 100 MB are in use" in start_and_fail(application)


def test_a_missing_runtime_is_reported_with_the_command_that_installs_it(jars, tmp_path):
    with Kobel(tmp_path / "data", "--runtimes", str(tmp_path / "none")) as kobel:
        application = Application(kobel, "early")
        application.create(jars["Counting"])
        assert "kobel runtime install FLINK-1_20" in start_and_fail(application)


def test_a_second_daemon_on_the_same_data_is_refused(own):
    second = subprocess.run([BINARY, "serve", "--port", "0", "--data", own.data], capture_output=True, text=True)
    assert second.returncode == 1
    assert f"in use by process {own.process.pid}" in second.stderr


@pytest.mark.parametrize("words, text", [
    (["serve", "--prot", "1"], "kobel serve has no option '--prot'; see `kobel help serve`"),
    (["serve", "--port"], "--port needs a value (PORT)"),
    (["serve", "--port", "70000"], "'70000' is not a port"),
    (["serve", "--profile", "huge"], "'huge' is not a profile: use dev or aws"),
    (["serve", "dance"], "usage: kobel serve"),
    (["dance"], "unknown command 'dance'"),
    (["runtime", "install", "FLINK-9"], "'FLINK-9' is not a runtime: use FLINK-1_15"),
    (["runtime", "install"], "the runtime is missing: use FLINK-1_15"),
    (["runtime", "list", "all"], "usage: kobel runtime install RUNTIME..."),
])


@pytest.mark.quick
def test_wrong_usage_is_reported_with_status_2(words, text):
    done = subprocess.run([BINARY, *words], capture_output=True, text=True)
    assert done.returncode == 2
    assert text in done.stderr
