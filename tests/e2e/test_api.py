"""Requests to the API and the answers of the service. Needs no Flink."""

import json
import re
import subprocess

import boto3
import pytest

from kobel import BINARY, ROLE, refused

TARGET = "KinesisAnalytics_20180523."


def send(kobel, target, body, content_type="application/x-amz-json-1.1", method="POST", path="/", **headers):
    """A raw request: status, headers and body of the answer."""
    return kobel.request(path, body, method, **{"Content-Type": content_type, **({"X-Amz-Target": target} if target else {}), **headers})


@pytest.mark.quick
def test_defaults_are_filled_in(plain):
    detail = plain.describe()
    description = detail["ApplicationConfigurationDescription"]
    assert description["FlinkApplicationConfigurationDescription"] == {
        "CheckpointConfigurationDescription": {"ConfigurationType": "DEFAULT", "CheckpointingEnabled": True, "CheckpointInterval": 60000,
                                               "MinPauseBetweenCheckpoints": 5000},
        "MonitoringConfigurationDescription": {"ConfigurationType": "DEFAULT", "MetricsLevel": "APPLICATION", "LogLevel": "INFO"},
        "ParallelismConfigurationDescription": {"ConfigurationType": "DEFAULT", "Parallelism": 1, "ParallelismPerKPU": 1,
                                                "CurrentParallelism": 1, "AutoScalingEnabled": True}}
    assert description["ApplicationSnapshotConfigurationDescription"] == {"SnapshotsEnabled": True, "SnapshotMode": "APPLICATION_SNAPSHOTS_LEGACY"}
    assert "ApplicationCodeConfigurationDescription" not in description
    assert detail["ApplicationMode"] == "STREAMING" and detail["CloudWatchLoggingOptionDescriptions"] == []
    assert detail["ApplicationMaintenanceConfigurationDescription"] == {
        "ApplicationMaintenanceWindowStartTime": "03:00", "ApplicationMaintenanceWindowEndTime": "11:00"}
    assert detail["CreateTimestamp"].microsecond == 0


@pytest.mark.quick
def test_refusals_have_the_messages_of_the_service(plain):
    client, name = plain.client, plain.name
    assert refused(client.create_application, ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE) == (
        "ResourceInUseException", "Application already exists.")
    assert refused(client.start_application, ApplicationName=name)[0] == "InvalidApplicationConfigurationException"
    assert refused(client.stop_application, ApplicationName=name) == (
        "ResourceInUseException", "Application cannot be Stopped in 'READY' state")
    assert refused(client.create_application_snapshot, ApplicationName=name, SnapshotName="s") == (
        "InvalidRequestException",
        f"Application {name} is in READY status. Snapshot creation is only allowed when application is in RUNNING status")
    assert refused(client.update_application, ApplicationName=name, CurrentApplicationVersionId=7)[0] == "ConcurrentModificationException"
    assert refused(client.update_application, ApplicationName=name, ConditionalToken="stale")[0] == "ConcurrentModificationException"
    assert refused(client.update_application, ApplicationName=name)[0] == "InvalidArgumentException"
    assert refused(client.delete_application, ApplicationName=name, CreateTimestamp=5)[0] == "ConcurrentModificationException"
    assert refused(client.describe_application, ApplicationName="absent") == (
        "ResourceNotFoundException", "Application 'absent' does not exist.")
    assert "does not exist" in refused(client.describe_application_snapshot, ApplicationName=name, SnapshotName="s")[1]
    assert refused(client.create_application, ApplicationName="old", RuntimeEnvironment="FLINK-1_8", ServiceExecutionRole=ROLE)[0] == (
        "UnsupportedOperationException")


def test_an_update_of_a_ready_application_is_done_at_once(plain):
    token = plain.describe()["ConditionalToken"]
    answer = plain.client.update_application(
        ApplicationName=plain.name, ConditionalToken=token,
        ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": plain.properties("x")})
    assert answer["ApplicationDetail"]["ApplicationVersionId"] == 2
    assert answer["ApplicationDetail"]["ApplicationVersionUpdatedFrom"] == 1
    assert answer["ApplicationDetail"]["ConditionalToken"] != token
    assert plain.operation(answer["OperationId"])["OperationStatus"] == "SUCCESSFUL"


def test_violations_are_reported_together(shared):
    status, headers, body = send(shared, TARGET + "CreateApplication", json.dumps(
        {"ApplicationName": "", "RuntimeEnvironment": "SQL-1.0"}).encode())
    answer = json.loads(body)
    assert status == 400 and answer["__type"] == headers["x-amzn-ErrorType"] == "ValidationException"
    assert answer["message"].startswith("4 validation errors detected: Value '' at 'applicationName' failed to satisfy constraint: ")
    assert "Value 'SQL-1.0' at 'runtimeEnvironment' failed to satisfy constraint: Member must satisfy enum value set: [SQL-1_0, " in answer["message"]
    assert "Value null at 'serviceExecutionRole' failed to satisfy constraint: Member must not be null" in answer["message"]


@pytest.mark.parametrize("target, body, kind, message", [
    ("DescribeApplication", b"", "SerializationException", None),
    ("DescribeApplication", b"{", "SerializationException", None),
    ("DescribeApplication", b"7", "SerializationException", None),
    ("DescribeApplication", b"[]", "SerializationException", "Start of list found where not expected"),
    ("DescribeApplication", b'{"ApplicationName": 7}', "SerializationException", "NUMBER_VALUE can not be converted to a String"),
    ("DescribeApplication", b'{"ApplicationName": "\xff"}', "SerializationException", None),
    ("DescribeApplication", b'{"ApplicationName": ' * 200, "SerializationException", None),
    ("Dance", b"{}", "UnknownOperationException", None),
    ("Dance", b"", "UnknownOperationException", None),
])


def test_the_front_end_refuses_as_the_service_does(shared, target, body, kind, message):
    status, headers, answer = send(shared, TARGET + target, body)
    answer = json.loads(answer)
    assert (status, answer["__type"], answer.get("Message")) == (400, kind, message)
    assert headers["x-amzn-RequestId"] and headers["Content-Type"] == "application/x-amz-json-1.1"


def test_requests_that_are_not_calls_get_the_status_of_the_service(shared):
    assert send(shared, None, None, method="GET")[0] == 403
    assert send(shared, TARGET + "ListApplications", b"{}", content_type="text/plain")[0] == 404
    assert send(shared, None, b"{}", content_type="text/plain")[0] == 403


@pytest.mark.quick
def test_lists_are_paged(shared):
    names = [f"page-{number}" for number in range(3)]
    for name in names:
        shared.client.create_application(ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE)
    pages = shared.client.get_paginator("list_applications").paginate(PaginationConfig={"PageSize": 1})
    found = [summary["ApplicationName"] for page in pages for summary in page["ApplicationSummaries"]]
    assert found == sorted(found) and set(names) <= set(found)
    for _ in range(2):
        shared.client.update_application(ApplicationName=names[0], CurrentApplicationVersionId=shared.client.describe_application(
            ApplicationName=names[0])["ApplicationDetail"]["ApplicationVersionId"])
    pages = shared.client.get_paginator("list_application_operations").paginate(ApplicationName=names[0], PaginationConfig={"PageSize": 1})
    assert len([info for page in pages for info in page["ApplicationOperationInfoList"]]) == 2
    assert refused(shared.client.list_application_operations, ApplicationName=names[0], NextToken="1.forged")[0] == "InvalidArgumentException"
    for name in names:
        detail = shared.client.describe_application(ApplicationName=name)["ApplicationDetail"]
        shared.client.delete_application(ApplicationName=name, CreateTimestamp=detail["CreateTimestamp"])


def best_level():
    """The best sandbox level of this machine: a container may have no namespaces."""
    printed = subprocess.run([BINARY, "doctor", "--json"], capture_output=True, text=True, check=False).stdout
    return next(re.match("level (full|contained|scoped)", one["text"])[1] for one in json.loads(printed)["host"] if one["subject"] == "sandbox")


@pytest.mark.quick
def test_paths_of_kobel_answer(shared):
    assert json.loads(send(shared, None, None, method="GET", path="/healthz")[2])["status"] == "ok"
    assert send(shared, None, None, method="GET", path="/readyz")[0] == 200
    status = json.loads(send(shared, None, None, method="GET", path="/kobel/v1/status")[2])
    assert status["sandbox"] == best_level() and status["sandboxHoldsBack"]["files"] \
        and "FLINK-1_20" in [one["runtimeEnvironment"] for one in status["runtimes"]]
    assert json.loads(send(shared, None, None, method="GET", path="/kobel/v1/openapi.json")[2])["openapi"] == "3.1.0"
    assert send(shared, None, None, method="GET", path="/kobel/v1/nothing")[0] == 404


def test_requests_from_other_web_sites_are_refused(shared):
    body = json.dumps({}).encode()
    assert send(shared, TARGET + "ListApplications", body)[0] == 200
    assert send(shared, TARGET + "ListApplications", body, Origin="http://evil.example")[0] == 403
    assert send(shared, TARGET + "ListApplications", body, Host="evil.example")[0] == 403


def test_the_api_document_is_valid_openapi(shared):
    from openapi_spec_validator import validate
    validate(json.loads(send(shared, None, None, method="GET", path="/kobel/v1/openapi.json")[2]))


def test_the_alias_routes_accept_plain_json(shared):
    status, _, body = send(shared, None, b"{}", content_type="application/json", path="/api/v2/ListApplications")
    assert status == 200 and "ApplicationSummaries" in json.loads(body)


def test_a_client_of_the_first_version_is_sent_to_the_other_sdk(plain):
    old = boto3.client("kinesisanalytics", endpoint_url=plain.kobel.url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    name, arn = plain.name, plain.describe()["ApplicationARN"]
    answer = ("UnsupportedOperationException", f"{name} was created/updated by kinesisanalyticsv2 SDK. Please use kinesisanalyticsv2 SDK to make changes to {name}.")
    assert refused(old.describe_application, ApplicationName=name) == answer
    assert refused(old.delete_application, ApplicationName=name, CreateTimestamp=plain.describe()["CreateTimestamp"]) == answer
    assert refused(old.stop_application, ApplicationName=name) == answer
    assert refused(old.update_application, ApplicationName=name, CurrentApplicationVersionId=1, ApplicationUpdate={}) == answer
    assert refused(old.describe_application, ApplicationName="nothing")[0] == "ResourceNotFoundException"
    assert refused(old.create_application, ApplicationName=name)[0] == "ResourceInUseException"
    assert refused(old.create_application, ApplicationName="nothing")[0] == "UnsupportedOperationException"
    assert refused(old.discover_input_schema)[0] == "UnsupportedOperationException"
    listed = old.list_applications()
    assert (listed["ApplicationSummaries"], listed["HasMoreApplications"]) == ([], False)
    old.tag_resource(ResourceARN=arn, Tags=[{"Key": "k", "Value": "v"}])
    assert old.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    old.untag_resource(ResourceARN=arn, TagKeys=["k"])
    assert plain.client.list_tags_for_resource(ResourceARN=arn)["Tags"] == []


def test_page_tokens_are_valid_after_a_restart(own):
    own.client.create_application(ApplicationName="paged", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE)
    own.client.update_application(ApplicationName="paged", CurrentApplicationVersionId=1)
    first = own.client.list_application_versions(ApplicationName="paged", Limit=1)
    assert first["ApplicationVersionSummaries"][0]["ApplicationVersionId"] == 2
    own.kill()
    own.start()
    second = own.client.list_application_versions(ApplicationName="paged", Limit=1, NextToken=first["NextToken"])
    assert second["ApplicationVersionSummaries"][0]["ApplicationVersionId"] == 1 and "NextToken" not in second
    # A token of one list is not valid for another list.
    assert refused(own.client.list_application_operations, ApplicationName="paged", NextToken=first["NextToken"])[0] == "InvalidArgumentException"
