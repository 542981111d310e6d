"""A job that writes to the S3 endpoint of its daemon, with the file system that an installed runtime has."""

import pytest

from kobel import Application, wait_for


def numbers(s3):
    """All that a reader of the bucket sees."""
    return [int(line) for key in s3.keys("out/") for line in s3.client.get_object(Bucket="copies", Key=key)["Body"].read().split()]


def wait_for_more(s3):
    before = len(numbers(s3))
    wait_for(lambda: len(numbers(s3)) > before + 100, "more numbers are in the bucket")


@pytest.mark.slow
def test_each_number_is_written_once_with_a_kill_on_both_sides_of_an_upgrade(remote, runtime_2_2, jars, s3):
    app = Application(remote, "to-s3")
    app.create(jars["ToS3"], EnvironmentProperties={
        "PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"sink": "s3a://copies/out"}}]})
    app.start()
    wait_for_more(s3)
    assert app.inject("kill-taskmanager") == 200
    wait_for_more(s3)
    app.update(RuntimeEnvironmentUpdate="FLINK-2_2")
    assert app.settle() == "RUNNING"
    wait_for_more(s3)
    assert app.inject("kill-taskmanager") == 200
    wait_for_more(s3)
    app.stop()
    written = sorted(numbers(s3))
    assert written == list(range(len(written)))
