"""Where code is and what it holds: versions and keys of objects, and code that the service or Flink would refuse."""

import shutil
import zipfile

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


def test_code_that_was_not_in_a_bucket_needs_the_whole_place_of_the_new_one(shared):
    shared.client.create_application(
        ApplicationName="was-a-zip", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
        ApplicationConfiguration={"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": b"zip"}}})
    for given, missing in ({"FileKeyUpdate": "a.jar"}, "BucketARNUpdate"), ({"BucketARNUpdate": "arn:aws:s3:::code"}, "FileKeyUpdate"):
        kind, message = refused(
            shared.client.update_application, ApplicationName="was-a-zip", CurrentApplicationVersionId=1, ApplicationConfigurationUpdate={
                "ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": {"S3ContentLocationUpdate": given}}})
        assert kind == "InvalidArgumentException" and message.startswith(f"{missing} is required")


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


# --- code that the service refuses when it is named ---

KINESIS = "META-INF/maven/org.apache.flink/flink-connector-kinesis/pom.properties"


def with_connector(path, jar, version):
    """A copy of the jar that has the connector for Kinesis, by what Maven leaves of it."""
    shutil.copy(jar, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(KINESIS, f"artifactId=flink-connector-kinesis\ngroupId=org.apache.flink\nversion={version}\n")
    return path


def zip_of(path, *files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def test_an_old_connector_for_kinesis_is_refused(application, jars, tmp_path):
    old = with_connector(tmp_path / "old.jar", jars["Counting"], "1.14.0")
    words = ("InvalidArgumentException",
             "An unsupported Kinesis connector version has been detected in the application. Please update flink-connector-kinesis to any "
             "version equal to or newer than 1.15.2. For more information refer to connector fix: "
             "https://issues.apache.org/jira/browse/FLINK-23528")
    around = zip_of(tmp_path / "around.zip", ("target/job.jar", old.read_bytes()))
    key = f"{application.name}.jar"
    for code in (old, around):
        application.put_code(code)
        assert refused(application.client.create_application, **create(application, key)) == words
    assert application.is_gone()

    application.create(with_connector(tmp_path / "new.jar", jars["Counting"], "1.15.2"))
    application.start()
    assert refused(application.update_configuration, **application.new_code(old)) == words
    assert (application.status(), application.describe()["ApplicationVersionId"]) == ("RUNNING", 1)


# --- code that the service takes, and that cannot run ---


@pytest.mark.parametrize("files, text", [
    (("a.jar", "b.jar"), "The zip holds 2 jars (a.jar, b.jar), and nothing says which one to run. Upload one jar that has all classes"),
    (("main.py", "lib/x.jar"), "The zip is a Python program (main.py), but nothing says so: set the property 'python' to its main file, in the property group "
                               "kinesis.analytics.flink.run.options."),
    (None, "The application code is empty."),
], ids=["jars", "python", "empty"])
def test_code_that_cannot_run_fails_the_start_with_the_reason(application, jars, tmp_path, files, text):
    path = tmp_path / "code.zip"
    if files is None:
        path.write_bytes(b"")
    else:
        zip_of(path, *((name, open(jars["Counting"], "rb").read()) for name in files))
    application.create(path)
    operation = application.client.start_application(ApplicationName=application.name)["OperationId"]
    assert application.settle() == "READY"
    assert text in application.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]

    application.update_configuration(**application.new_code(jars["Counting"]))
    application.start()
