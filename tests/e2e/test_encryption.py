"""Customer managed keys: recorded for applications and their snapshots. Nothing is encrypted."""

import pytest

from kobel import ROLE, refused

ARN = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALIAS = "arn:aws:kms:us-east-1:000000000000:alias/mine"


def block(key_id=None):
    return {"KeyType": "CUSTOMER_MANAGED_KEY", **({"KeyId": key_id} if key_id else {})}


def update_key(application, **update):
    application.update_configuration(ApplicationEncryptionConfigurationUpdate=update)


def key_of(record):
    return record["ApplicationEncryptionConfigurationDescription"]


def create(application, runtime, key):
    return dict(ApplicationName=application.name, RuntimeEnvironment=runtime, ServiceExecutionRole=ROLE,
                ApplicationConfiguration={"ApplicationEncryptionConfiguration": key})


def test_a_snapshot_keeps_the_key_that_it_was_taken_under(application, jars):
    application.create(jars["Counting"], ApplicationEncryptionConfiguration=block(ARN))
    application.start()
    application.wait_for_count(5)
    update_key(application, KeyTypeUpdate="AWS_OWNED_KEY")
    application.settle()
    assert key_of(application.describe()["ApplicationConfigurationDescription"]) == {"KeyType": "AWS_OWNED_KEY"}
    application.stop()
    described = [application.client.describe_application_snapshot(ApplicationName=application.name, SnapshotName=summary["SnapshotName"])
                 ["SnapshotDetails"] for summary in application.snapshots()]
    assert described == application.snapshots()
    assert {detail["ApplicationVersionId"]: key_of(detail) for detail in described} == {1: block(ARN), 2: {"KeyType": "AWS_OWNED_KEY"}}


@pytest.mark.parametrize("key_id", ["alias/mine", ALIAS])
def test_an_alias_is_recorded_as_the_arn_of_a_key(application, key_id):
    application.client.create_application(**create(application, "FLINK-1_20", block(key_id)))
    key = key_of(application.describe()["ApplicationConfigurationDescription"])
    assert key["KeyId"].startswith("arn:aws:kms:us-east-1:000000000000:key/")
    update_key(application, KeyTypeUpdate="CUSTOMER_MANAGED_KEY", KeyIdUpdate="alias/mine")
    assert key_of(application.describe()["ApplicationConfigurationDescription"]) == key


def test_a_customer_managed_key_needs_an_id_and_flink_1_20(application):
    call = application.client.create_application
    assert refused(call, **create(application, "FLINK-1_19", block(ARN))) == (
        "InvalidArgumentException", "KeyType CUSTOMER_MANAGED_KEY needs Flink 1.20 or later; the runtime environment is FLINK-1_19.")
    assert refused(call, **create(application, "FLINK-1_20", block())) == (
        "InvalidArgumentException", "KeyType CUSTOMER_MANAGED_KEY needs a KeyId.")
    code, text = refused(call, **create(application, "FLINK-1_20", block("key of mine")))
    assert code == "InvalidArgumentException" and "'key of mine' is not the id of a key" in text
