"""Enhanced snapshots: taken, listed, exported, imported, tagged and deleted with boto3."""

import os

import pytest
from enhanced import ENHANCED, Snapshots, arn_of, from_arn
from shapes import OPERATIONS

from kobel import ROLE, refused

PLACE = {"BucketARN": "arn:aws:s3:::code", "KeyPrefix": "no/such/savepoint/"}


@pytest.fixture(autouse=True)
def only_declared_errors(shared):
    """None of the operations answers with an exception that it does not declare, beside those of the front end."""
    undeclared = []

    def check(parsed, model, **_):
        code = parsed.get("Error", {}).get("Code")
        if "Snapshot" in model.name and "Application" not in model.name and code not in (None, "ValidationException", *OPERATIONS[model.name]["errors"]):
            undeclared.append((model.name, code))
    shared.client.meta.events.register("after-call.kinesis-analytics-v2", check)
    yield
    shared.client.meta.events.unregister("after-call.kinesis-analytics-v2", check)
    assert undeclared == []


@pytest.fixture
def snapshots(application, jars):
    """The snapshots of an application that counts, and that takes enhanced ones."""
    application.create(jars["Counting"], ApplicationSnapshotConfiguration=ENHANCED)
    application.start()
    application.wait_for_count(5)
    return Snapshots(application)


def test_a_snapshot_is_taken_described_and_deleted(snapshots):
    name = snapshots.name("one")
    made = snapshots.create("one", SnapshotDescription="Vor der Änderung", Tags=[{"Key": "stage", "Value": "test"}])
    operation_id = made["SnapshotOperationId"]
    assert made["SnapshotArn"] == arn_of(name)
    assert (made["SnapshotStatus"], made["SnapshotOperationStatus"]) == ("CREATING", "IN_PROGRESS")
    assert snapshots.wait("one", operation_id)["SnapshotOperationStatus"] == "SUCCESSFUL"

    application = snapshots.application.describe()
    shown = snapshots.describe("one")
    created = shown.pop("SnapshotCreationTimestamp")
    assert shown.pop("SnapshotSizeInBytes") > 0
    assert shown == {
        "SnapshotName": name, "SnapshotArn": arn_of(name), "SnapshotDescription": "Vor der Änderung", "SnapshotStatus": "READY",
        "RuntimeEnvironment": "FLINK-1_20", "SnapshotEncryptionConfigurationDescription": {"KeyType": "AWS_OWNED_KEY"},
        "SnapshotInitiator": "USER", "SnapshotInitiatorOperation": "CreateSnapshot", "SnapshotFormat": "CANONICAL",
        "SnapshotSourceDescription": {"SourceApplicationDescription": {
            "ApplicationName": snapshots.application.name, "ApplicationCreationTimestamp": application["CreateTimestamp"],
            "ApplicationVersionId": 1}}}
    assert snapshots.client.list_tags_for_resource(ResourceARN=arn_of(name))["Tags"] == [{"Key": "stage", "Value": "test"}]
    assert application["ApplicationStatus"] == "RUNNING"

    assert refused(snapshots.client.delete_snapshot, SnapshotName=name, SnapshotCreationTimestamp=5)[0] == "InvalidArgumentException"
    deletion = snapshots.client.delete_snapshot(SnapshotName=name, SnapshotCreationTimestamp=created)
    assert (deletion["SnapshotArn"], deletion["SnapshotStatus"]) == (arn_of(name), "DELETING")
    # It can be followed although the snapshot is gone.
    assert snapshots.wait("one", deletion["SnapshotOperationId"])["SnapshotOperationStatus"] == "SUCCESSFUL"
    assert refused(snapshots.client.describe_snapshot, SnapshotName=name)[0] == "ResourceNotFoundException"
    kinds = [one["SnapshotOperation"] for page in snapshots.client.get_paginator("list_snapshot_operations").paginate(SnapshotName=name)
             for one in page["SnapshotOperationInfoList"]]
    assert kinds == ["DeleteSnapshot", "CreateSnapshot"]
    # The name is free again.
    snapshots.take("one")


def test_lists_are_in_pages_newest_first(snapshots):
    for name in ("a", "b", "c"):
        snapshots.take(name)
    source = snapshots.application.name
    newest_first = [snapshots.name(name) for name in "cba"]
    assert snapshots.listed(SourceApplicationName=source) == newest_first
    assert snapshots.listed(SourceApplicationName=source, PaginationConfig={"PageSize": 1}) == newest_first
    everything = snapshots.listed(PaginationConfig={"PageSize": 2})
    assert [name for name in everything if name in newest_first] == newest_first
    assert snapshots.listed(SourceApplicationName="absent") == []
    for choice in ({"SnapshotInitiator": "USER"}, {"SnapshotInitiatorOperation": "CreateSnapshot"}, {"SnapshotStatus": "READY"}):
        assert set(newest_first) <= set(snapshots.listed(**choice)), choice
    for choice in ({"SnapshotInitiator": "SYSTEM"}, {"SnapshotInitiatorOperation": "ImportSnapshot"}, {"SnapshotStatus": "FAILED"}):
        assert not set(newest_first) & set(snapshots.listed(**choice)), choice


def test_a_list_takes_one_filter_and_its_own_tokens(snapshots):
    client, source = snapshots.client, snapshots.application.name
    for name in ("a", "b"):
        snapshots.take(name)
    assert refused(client.list_snapshots, SnapshotInitiator="USER", SnapshotStatus="READY")[0] == "InvalidArgumentException"
    token = client.list_snapshots(SourceApplicationName=source, Limit=1)["NextToken"]
    last = client.list_snapshots(SourceApplicationName=source, Limit=1, NextToken=token)
    assert [one["SnapshotName"] for one in last["SnapshotInfoList"]] == [snapshots.name("a")]
    assert "NextToken" not in last
    for other in ({}, {"SourceApplicationName": "other"}, {"SnapshotStatus": "READY"}):
        assert refused(client.list_snapshots, NextToken=token, **other)[0] == "InvalidArgumentException"

    name = snapshots.name("a")
    one = client.list_snapshot_operations(SnapshotName=name, SnapshotOperationStatus="SUCCESSFUL")["SnapshotOperationInfoList"]
    assert [entry["SnapshotOperation"] for entry in one] == ["CreateSnapshot"]
    assert client.list_snapshot_operations(SnapshotName=name, SnapshotOperation="DeleteSnapshot")["SnapshotOperationInfoList"] == []
    assert refused(client.list_snapshot_operations, SnapshotName=name, SnapshotOperation="CreateSnapshot",
                   SnapshotOperationStatus="FAILED")[0] == "InvalidArgumentException"


def test_an_export_is_imported_again(snapshots):
    client = snapshots.client
    taken = snapshots.take("original")
    # The bucket directory of the shared daemon.
    os.makedirs(os.path.join(snapshots.application.kobel.data, "s3", "copies"), exist_ok=True)
    prefix = f"{snapshots.application.name}/"
    exported = client.export_snapshot(SnapshotName=snapshots.name("original"), ExportDestinationConfiguration={
        "DestinationType": "S3", "ExportRoleArn": ROLE,
        "DestinationS3PrefixLocation": {"BucketARN": "arn:aws:s3:::copies", "KeyPrefix": prefix}})
    operation_id = exported["SnapshotOperationId"]
    assert exported["SnapshotOperationStatus"] == "IN_PROGRESS"
    operation = snapshots.wait("original", operation_id)
    assert operation["SnapshotOperationStatus"] == "SUCCESSFUL", operation
    location = operation["SnapshotDestinationLocationDescription"]["S3PrefixLocation"]
    assert location == {"BucketARN": "arn:aws:s3:::copies", "KeyPrefix": prefix, "ExportedPrefix": f"{prefix}{operation_id}/"}

    imported = client.import_snapshot(SnapshotName=snapshots.name("copy"), ImportSourceConfiguration={
        "SourceType": "S3", "ImportRoleArn": ROLE,
        "SourceS3PrefixLocation": {"BucketARN": "arn:aws:s3:::copies", "KeyPrefix": location["ExportedPrefix"]}})
    assert imported["SnapshotStatus"] == "CREATING"
    operation = snapshots.wait("copy", imported["SnapshotOperationId"])
    assert operation["SnapshotOperationStatus"] == "SUCCESSFUL", operation
    copy = snapshots.describe("copy")
    assert copy["SnapshotSizeInBytes"] == taken["SnapshotSizeInBytes"]
    assert copy["SnapshotInitiatorOperation"] == "ImportSnapshot" and "RuntimeEnvironment" not in copy
    assert snapshots.name("copy") not in snapshots.listed(SourceApplicationName=snapshots.application.name)


def test_an_import_of_nothing_fails_and_keeps_its_name(snapshots):
    request = {"SnapshotName": snapshots.name("nothing"), "ImportSourceConfiguration": {
        "SourceType": "S3", "ImportRoleArn": ROLE,
        "SourceS3PrefixLocation": PLACE}}
    operation = snapshots.wait("nothing", snapshots.client.import_snapshot(**request)["SnapshotOperationId"])
    assert operation["SnapshotOperationStatus"] == "FAILED"
    assert operation["SnapshotOperationFailureDetails"]["ErrorInfo"]["ErrorCode"] == "SavepointNotFound"
    assert snapshots.describe("nothing")["SnapshotStatus"] == "FAILED"
    assert refused(snapshots.client.import_snapshot, **request)[0] == "ResourceInUseException"
    deletion = snapshots.delete("nothing")
    assert snapshots.wait("nothing", deletion["SnapshotOperationId"])["SnapshotOperationStatus"] == "SUCCESSFUL"


def test_tags_are_set_by_the_arn(snapshots):
    client, arn = snapshots.client, snapshots.take("tagged")["SnapshotArn"]
    client.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    client.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    many = [{"Key": f"k{index}", "Value": ""} for index in range(50)]
    assert refused(client.tag_resource, ResourceARN=arn, Tags=many)[0] == "TooManyTagsException"
    assert refused(client.list_tags_for_resource, ResourceARN=arn + "-absent")[0] == "ResourceNotFoundException"
    own = snapshots.application.describe()["ApplicationARN"]
    assert client.list_tags_for_resource(ResourceARN=own)["Tags"] == []


def test_what_a_create_refuses(snapshots, plain_legacy):
    create = snapshots.client.create_snapshot
    source = snapshots.application.name
    snapshots.take("taken")
    assert refused(create, ApplicationName=source, SnapshotName=snapshots.name("taken"))[0] == "ResourceInUseException"
    assert refused(create, ApplicationName=source, SnapshotName="SystemSnapshot-mine")[0] == "InvalidArgumentException"
    assert refused(create, ApplicationName="absent", SnapshotName="s") == (
        "InvalidArgumentException", "Application 'absent' does not exist.")
    assert refused(create, ApplicationName=source, SnapshotName="s" * 101)[0] == "ValidationException"
    assert refused(create, ApplicationName=source, SnapshotName="s", SnapshotDescription="a\tb")[0] == "ValidationException"
    twice = [{"Key": "a", "Value": "1"}] * 2
    assert refused(create, ApplicationName=source, SnapshotName="s", Tags=twice)[0] == "InvalidArgumentException"
    assert refused(create, ApplicationName=plain_legacy, SnapshotName="s")[0] == "InvalidApplicationConfigurationException"
    snapshots.application.stop(Force=True)
    assert refused(create, ApplicationName=source, SnapshotName=snapshots.name("late"))[0] == "ResourceInUseException"


@pytest.fixture
def plain_legacy(shared, application):
    """The name of an application in the legacy mode, without code."""
    name = f"{application.name[:90]}-legacy"
    created = shared.client.create_application(ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE)
    yield name
    shared.client.delete_application(ApplicationName=name, CreateTimestamp=created["ApplicationDetail"]["CreateTimestamp"])


@pytest.mark.parametrize("call, more", [
    ("describe_snapshot", {}), ("list_snapshot_operations", {}), ("describe_snapshot_operation", {"SnapshotOperationId": "x"}),
    ("delete_snapshot", {"SnapshotCreationTimestamp": 5}), ("export_snapshot", {"ExportDestinationConfiguration": {
        "DestinationType": "S3", "ExportRoleArn": ROLE, "DestinationS3PrefixLocation": PLACE}})])
def test_a_missing_snapshot_is_reported(shared, call, more):
    assert refused(getattr(shared.client, call), SnapshotName="absent", **more)[0] == "ResourceNotFoundException"


def test_the_mode_is_shown_and_leads_one_way(plain):
    def block(**more):
        return {"ApplicationSnapshotConfigurationUpdate": {"SnapshotsEnabledUpdate": True, **more}}

    def shown():
        return plain.describe()["ApplicationConfigurationDescription"]["ApplicationSnapshotConfigurationDescription"]

    def refuse(**update):
        version = plain.describe()["ApplicationVersionId"]
        return refused(plain.client.update_application, ApplicationName=plain.name, CurrentApplicationVersionId=version, **update)[0]

    assert shown() == {"SnapshotsEnabled": True, "SnapshotMode": "APPLICATION_SNAPSHOTS_LEGACY"}
    plain.update_configuration(**block(SnapshotModeUpdate="ENHANCED_SNAPSHOTS"))
    assert shown() == {"SnapshotsEnabled": True, "SnapshotMode": "ENHANCED_SNAPSHOTS"}
    plain.update_configuration(**block())
    assert shown()["SnapshotMode"] == "ENHANCED_SNAPSHOTS"
    back = block(SnapshotModeUpdate="APPLICATION_SNAPSHOTS_LEGACY")
    assert refuse(ApplicationConfigurationUpdate=back) == "InvalidArgumentException"
    assert refuse(RuntimeEnvironmentUpdate="FLINK-1_19") == "InvalidArgumentException"
    first = plain.client.describe_application_version(ApplicationName=plain.name, ApplicationVersionId=1)["ApplicationVersionDetail"]
    mode = first["ApplicationConfigurationDescription"]["ApplicationSnapshotConfigurationDescription"]["SnapshotMode"]
    assert mode == "APPLICATION_SNAPSHOTS_LEGACY"


def test_a_start_names_a_snapshot_by_its_arn(snapshots):
    application, client = snapshots.application, snapshots.client
    arn = snapshots.take("s")["SnapshotArn"]
    application.stop()

    for wrong in ({}, {"SnapshotName": "s"}, {"SnapshotName": "s", "SnapshotArn": arn}, {"SnapshotArn": "s"}, {"SnapshotArn": arn + "-absent"},
                  {"SnapshotArn": arn.replace("us-east-1", "eu-west-1")}):
        assert refused(client.start_application, ApplicationName=application.name,
                       RunConfiguration=from_arn(**wrong))[0] == "InvalidArgumentException", wrong
    application.start(RunConfiguration=from_arn(SnapshotArn=arn))
    run = application.describe()["ApplicationConfigurationDescription"]["RunConfigurationDescription"]
    assert run["ApplicationRestoreConfigurationDescription"] == {"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotArn": arn}
