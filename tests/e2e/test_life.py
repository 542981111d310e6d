"""The life of an application on real Flink: create, start, snapshot, update, stop, delete."""

import json
import pathlib
import shutil
import subprocess
import sys
import time
import zipfile

import pytest

from kobel import ROLE, Application, processor_s, refused, wait_for


@pytest.mark.quick
def test_a_job_keeps_its_count_through_a_whole_life(application, jars):
    detail = application.create(jars["Counting"])
    assert detail["ApplicationStatus"] == "READY" and detail["ApplicationVersionId"] == 1

    operation = application.start()
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    described = application.describe()
    assert described["ApplicationVersionId"] == 1
    run = described["ApplicationConfigurationDescription"]["RunConfigurationDescription"]
    assert run == {"ApplicationRestoreConfigurationDescription": {"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"},
                   "FlinkRunConfigurationDescription": {"AllowNonRestoredState": False}}
    count = application.wait_for_count(20, "first")

    application.take_snapshot("by-hand")
    described = application.client.describe_application_snapshot(ApplicationName=application.name, SnapshotName="by-hand")
    assert described["SnapshotDetails"]["SnapshotStatus"] == "READY"

    operation = application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["ApplicationVersionChangeDetails"] == {
        "ApplicationVersionUpdatedFrom": 1, "ApplicationVersionUpdatedTo": 2}
    count = application.wait_for_count(count, "second")
    # A large jar takes long to copy: it was in its place before the old job had to stop.
    halted_ms = next(event["atMs"] for event in application.events("move") if event["phase"] == "HALT")
    (jar,) = pathlib.Path(application.kobel.data).glob("apps/*/clusters/*-2/jars/flink-web-upload/[!p]*.jar")  # not primer.jar
    assert jar.stat().st_mtime_ns // 1000000 <= halted_ms

    application.stop()
    assert "RunConfigurationDescription" not in application.describe()["ApplicationConfigurationDescription"]
    pages = application.client.get_paginator("list_application_snapshots").paginate(
        ApplicationName=application.name, PaginationConfig={"PageSize": 2})
    names = [[snapshot["SnapshotName"].split("-")[0] for snapshot in page["SnapshotSummaries"]] for page in pages]
    assert names == [["by", "UPDATEAPPLICATION"], ["STOPAPPLICATION"]]

    application.start()
    count = application.wait_for_count(count, "second")
    # No count is missing or repeated: each job was restored with the state of the one before.
    counts = [line[1] for line in application.lines()]
    assert counts == list(range(1, len(counts) + 1))

    application.delete()
    assert application.is_gone()


def test_restores_a_named_snapshot_or_none(application, jars):
    application.create(jars["Counting"])
    application.start()
    application.wait_for_count(10)
    application.take_snapshot("early")
    count = application.wait_for_count(60)
    application.stop(Force=True)
    # A checkpoint that is newer is kept too.
    names = [snapshot["SnapshotName"] for snapshot in application.snapshots()]
    assert names[-1] == "early" and all(name.startswith("CHECKPOINT-") for name in names[:-1])

    application.start(RunConfiguration={"ApplicationRestoreConfiguration": {
        "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": "early"}})
    later = [line for line in application.lines() if line[1] < count]
    assert later
    application.stop(Force=True)

    application.start(RunConfiguration={"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}})
    wait_for(lambda: [line[1] for line in application.lines()].count(1) == 2, "a count that begins at 1 again")


def test_changes_parallelism_and_checkpointing_with_the_state(application, jars):
    application.create(jars["Counting"])
    application.start()
    count = application.wait_for_count(10)
    application.update_configuration(FlinkApplicationConfigurationUpdate={
        "ParallelismConfigurationUpdate": {"ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": 2},
        "CheckpointConfigurationUpdate": {"ConfigurationTypeUpdate": "CUSTOM", "CheckpointIntervalUpdate": 5000}})
    assert application.settle() == "RUNNING"
    flink = application.describe()["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"]
    assert flink["ParallelismConfigurationDescription"]["CurrentParallelism"] == 2
    assert flink["CheckpointConfigurationDescription"]["CheckpointInterval"] == 5000
    application.wait_for_count(count)


def test_new_code_takes_over_the_state(application, jars):
    application.create(jars["Counting"])
    application.start()
    count = application.wait_for_count(10)
    application.update_configuration(**application.new_code(jars["Counting"]))
    assert application.settle() == "RUNNING"
    application.wait_for_count(count)


def test_a_bounded_job_ends_ready(application, jars):
    application.create(jars["Bounded"])
    application.client.start_application(ApplicationName=application.name)
    wait_for(lambda: application.status() == "READY", "the job has ended")


@pytest.mark.quick
def test_a_force_stop_interrupts_a_start(application, jars):
    application.create(jars["Counting"])
    start = application.client.start_application(ApplicationName=application.name)["OperationId"]
    application.client.stop_application(ApplicationName=application.name, Force=True)
    wait_for(lambda: application.status() == "READY", "the application is stopped")
    assert application.operation(start)["OperationStatus"] == "CANCELLED"
    assert application.snapshots() == []


def test_a_client_that_asks_at_once_sees_what_ends_by_itself(application, jars):
    client, name, tags = application.client, application.name, [{"Key": "team", "Value": "blue"}]
    created = application.create(jars["Counting"])
    client.tag_resource(ResourceARN=created["ApplicationARN"], Tags=tags)
    application.start()
    application.take_snapshot("old")
    client.stop_application(ApplicationName=name, Force=True)
    assert application.status() == "FORCE_STOPPING"
    assert application.settle() == "READY"
    client.delete_application(ApplicationName=name, CreateTimestamp=created["CreateTimestamp"])
    assert application.status() == "DELETING"
    again = {"ApplicationName": name, "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": ROLE, "Tags": tags}
    assert refused(client.create_application, **again)[0] == "ResourceInUseException"
    wait_for(application.is_gone, "it is deleted")
    assert client.create_application(**again)["ApplicationDetail"]["ApplicationVersionId"] == 1
    assert client.list_tags_for_resource(ResourceARN=created["ApplicationARN"])["Tags"] == tags
    assert application.snapshots() == []
    assert client.list_application_operations(ApplicationName=name)["ApplicationOperationInfoList"] == []


def test_the_aws_command_line_deploys_and_updates(application, jars, tmp_path):
    aws = pathlib.Path(sys.executable).parent / "aws"
    environment = {key: value for key, value in application.kobel.environment().items() if not key.startswith("AWS_ENDPOINT_URL")}
    bucket = application.name.lower()
    name = ("--application-name", application.name)

    def run(*words):
        return subprocess.run([aws, *words, "--endpoint-url", application.kobel.url], env=environment, capture_output=True, text=True,
                              check=True).stdout

    def call(*words):
        return json.loads(run("kinesisanalyticsv2", *words, "--output", "json").strip() or "{}")

    def wait_for_status(status):
        return wait_for(lambda: call("describe-application", *name)["ApplicationDetail"]["ApplicationStatus"] == status, status)
    run("s3", "mb", f"s3://{bucket}")
    run("s3", "cp", jars["Counting"], f"s3://{bucket}/app.jar")
    call("create-application", *name, "--runtime-environment", "FLINK-1_20", "--service-execution-role",
         "arn:aws:iam::000000000000:role/x", "--application-configuration", json.dumps(
             {"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
                 "BucketARN": f"arn:aws:s3:::{bucket}", "FileKey": "app.jar"}}}}))
    call("start-application", *name)
    wait_for_status("RUNNING")
    application.wait_for_count(5)

    # A new build under the same key is taken by an update.
    build = shutil.copy(jars["Counting"], tmp_path / "build.jar")
    with zipfile.ZipFile(build, "a") as archive:
        archive.writestr("build.txt", "2")
    run("s3", "cp", str(build), f"s3://{bucket}/app.jar")
    call("update-application", *name, "--current-application-version-id", "1", "--application-configuration-update", json.dumps(
        {"ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": {"S3ContentLocationUpdate": {"FileKeyUpdate": "app.jar"}}}}))
    wait_for_status("RUNNING")
    application.wait_for_count(application.lines()[-1][1])
    assert [line[1] for line in application.lines()].count(1) == 1, "no state was lost"
    code = application.describe()["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"]
    assert code["CodeContentDescription"]["CodeSize"] == build.stat().st_size
    operations = call("list-application-operations", *name)["ApplicationOperationInfoList"]
    assert sorted((entry["Operation"], entry["OperationStatus"]) for entry in operations) == [
        ("StartApplication", "SUCCESSFUL"), ("UpdateApplication", "SUCCESSFUL")]

    call("stop-application", *name, "--force")
    wait_for_status("READY")
    created = call("describe-application", *name)["ApplicationDetail"]["CreateTimestamp"]
    call("delete-application", *name, "--create-timestamp", str(created))
    wait_for(application.is_gone, "gone")


def test_code_in_the_request_runs(application, jars):
    with open(jars["Counting"], "rb") as file:
        content = file.read()
    application.client.create_application(
        ApplicationName=application.name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole="arn:aws:iam::1:role/x",
        ApplicationConfiguration={"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": content}}})
    code = application.describe()["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"]
    assert code["CodeContentDescription"]["CodeSize"] == len(content)
    application.start()
    application.wait_for_count(3)


def test_an_idle_daemon_uses_no_processor_time(own):
    before = processor_s(own.process.pid)
    time.sleep(2)  # the time in which nothing should happen
    assert processor_s(own.process.pid) - before <= 0.01
    assert Application(own, "absent").is_gone()
