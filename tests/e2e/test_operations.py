"""Each operation: refused for a missing application, and, over the whole suite, done and refused at least once."""

import re

import boto3
import pytest

import exercised
from kobel import refused, wait_for
from shapes import OPERATIONS, SHAPES, sample

SQL_ONLY = {"AddApplicationInput", "AddApplicationInputProcessingConfiguration", "AddApplicationOutput", "AddApplicationReferenceDataSource",
            "DeleteApplicationInputProcessingConfiguration", "DeleteApplicationOutput", "DeleteApplicationReferenceDataSource",
            "DiscoverInputSchema"}


def method(client, operation):
    return getattr(client, re.sub("(?<=[a-z])(?=[A-Z])", "_", operation).lower())


def members(operation):
    return SHAPES[OPERATIONS[operation]["input"]]["members"]


# CreateSnapshot declares no such error: test_enhanced_snapshots.py.
@pytest.mark.parametrize("operation", [name for name in OPERATIONS
                                       if "ApplicationName" in members(name) and name not in ("CreateApplication", "CreateSnapshot")])
def test_a_missing_application_is_reported(shared, operation):
    request = {**sample(OPERATIONS[operation]["input"]), "ApplicationName": "absent"}
    assert refused(method(shared.client, operation), **request) == ("ResourceNotFoundException", "Application 'absent' does not exist.")


def test_a_page_of_more_than_fifty_is_refused(shared):
    assert refused(shared.client.list_applications, Limit=51) == (
        "ValidationException", "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: "
                               "Member must have value less than or equal to 50")


def test_a_snapshot_is_deleted_by_name_and_time(application, jars):
    application.create(jars["Counting"])
    application.start()
    name = {"ApplicationName": application.name, "SnapshotName": "one"}
    application.client.create_application_snapshot(**name)
    snapshot = wait_for(lambda: [one for one in application.snapshots() if one["SnapshotStatus"] == "READY"], "the snapshot is READY")[0]
    delete = application.client.delete_application_snapshot
    assert refused(delete, **name, SnapshotCreationTimestamp=5) == (
        "InvalidArgumentException", "Snapshot 'one' has a different SnapshotCreationTimestamp than the one you provided '5000'. "
                                    "Please call DescribeApplicationSnapshot to fetch valid SnapshotCreationTimestamp.")
    kind, text = refused(delete, **{**name, "SnapshotName": "two"}, SnapshotCreationTimestamp=5)
    assert kind == "InvalidArgumentException" and "does not exist" in text
    delete(**name, SnapshotCreationTimestamp=snapshot["SnapshotCreationTimestamp"])
    wait_for(lambda: application.snapshots() == [], "the snapshot is deleted")
    assert application.status() == "RUNNING"


def test_every_operation_was_done_and_refused(request):
    """Runs last (conftest.py), or alone after a suite of several processes (KOBEL_EXERCISED)."""
    if not exercised.load() and not exercised.is_whole_suite(request.config):
        pytest.skip("whether every operation was exercised is known only when the whole suite was run")
    operations = set(boto3.client("kinesisanalyticsv2", region_name="us-east-1").meta.service_model.operation_names)
    assert operations >= set(OPERATIONS), "the API has operations that boto3 does not know"
    assert set(OPERATIONS) - SQL_ONLY - exercised.done == set(), "never done"
    assert set(OPERATIONS) - exercised.refused == set(), "never refused"
