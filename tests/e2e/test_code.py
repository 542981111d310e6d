"""Where code is and what it holds: versions and keys of objects, and code that the service or Flink would refuse."""

import pytest

from kobel import ROLE, refused


def location(key, version=None):
    return {"BucketARN": "arn:aws:s3:::code", "FileKey": key, **({"ObjectVersion": version} if version else {})}


def create(application, key, version=None, runtime="FLINK-1_20"):
    return dict(ApplicationName=application.name, RuntimeEnvironment=runtime, ServiceExecutionRole=ROLE, ApplicationConfiguration={
        "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": location(key, version)}}})


def location_of(detail):
    code = detail["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"]
    return code["CodeContentDescription"]["S3ApplicationCodeLocationDescription"]


def test_an_object_without_versions_has_the_version_null(application, jars):
    client, key = application.client, f"{application.name}.jar"
    application.put_code(jars["Counting"])
    assert refused(client.create_application, **create(application, key, "abc"))[0] == "InvalidArgumentException"
    detail = client.create_application(**create(application, key, "null"))["ApplicationDetail"]
    assert location_of(detail) == location(key, "null")
    application.start()


@pytest.mark.parametrize("prefix", ["/", "./", "a/../", "/code/"])
def test_a_key_that_s3_would_not_know_is_refused(application, jars, prefix):
    application.put_code(jars["Counting"])
    key = f"{prefix}{application.name}.jar"
    code, text = refused(application.client.create_application, **create(application, key))
    assert code == "InvalidArgumentException" and f"unable to get the specified fileKey: {key} in the specified bucket: code" in text
