"""Jobs that write to S3, to buckets of their daemon or of another server, with the file system that an installed runtime has."""

import lives
import pytest
from own_s3 import client_of
from programs import install_runtime
from s3_server import Authority, S3Server, daemon_with
from test_run import Run

from kobel import Application, Kobel, wait_for

PARTITIONS = """
CREATE TABLE numbers (id BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '200',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '599');
CREATE TABLE parts ({columns}, part STRING) PARTITIONED BY (part) WITH (
  'connector' = 'filesystem', 'path' = 's3://copies/out/', 'format' = '{format}',
  'sink.partition-commit.trigger' = 'process-time', 'sink.partition-commit.delay' = '0 s',
  'sink.partition-commit.policy.kind' = 'success-file');
INSERT INTO parts SELECT {values}, CAST(id / 200 AS STRING) FROM numbers;
"""


def objects(client):
    """All that a reader of the bucket sees below out/, by key."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="copies", Prefix="out/")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    return {key: client.get_object(Bucket="copies", Key=key)["Body"].read().decode() for key in keys}


def numbers(client):
    return [int(line) for text in objects(client).values() for line in text.split()]


def wait_for_more(client):
    before = len(numbers(client))
    wait_for(lambda: len(numbers(client)) > before + 100, "more numbers are in the bucket")


def writer(kobel, jars, uri, runtime="FLINK-1_20"):
    app = Application(kobel, "to-s3")
    app.put_code(jars["ToS3"])
    lives.create(app, f"{app.name}.jar", {"job": {"sink": uri}}, runtime)  # it is busy, and must not be scaled
    app.start()
    return app


def assert_each_is_written_once(client):
    written = sorted(numbers(client))
    assert written == list(range(len(written)))


@pytest.mark.slow
def test_each_number_is_written_once_with_a_kill_on_both_sides_of_an_upgrade(remote, runtime_2_2, jars, s3):
    app = writer(remote, jars, "s3a://copies/out")
    wait_for_more(s3.client)
    assert app.inject("kill-taskmanager") == 200
    wait_for_more(s3.client)
    app.update(RuntimeEnvironmentUpdate="FLINK-2_2")
    assert app.settle() == "RUNNING"
    wait_for_more(s3.client)
    assert app.inject("kill-taskmanager") == 200
    wait_for_more(s3.client)
    app.stop()
    assert_each_is_written_once(s3.client)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["FLINK-1_15", "FLINK-1_18", "FLINK-1_19", "FLINK-2_3"])
def test_each_number_is_written_once_by_each_runtime(own, jars, name):
    install_runtime(name)
    client = client_of(own.url)
    client.create_bucket(Bucket="copies")
    app = writer(own, jars, "s3://copies/out", name)
    wait_for_more(client)
    app.stop()
    app.start()
    wait_for_more(client)
    assert app.inject("kill-taskmanager") == 200
    wait_for_more(client)
    app.stop()
    assert_each_is_written_once(client)


@pytest.mark.parametrize("name, form", [
    ("FLINK-1_15", "json"), ("FLINK-1_18", "json"), ("FLINK-1_19", "json"), ("FLINK-1_20", "json"), ("FLINK-1_20", "raw"),
    ("FLINK-2_2", "csv"), ("FLINK-2_3", "csv")])
def test_a_script_writes_each_row_once_and_commits_partitions(runtime, tmp_path, name, form):
    """CSV only where Flink can: docs/differences.md."""
    install_runtime(name)
    columns, values = ("line STRING", "CONCAT_WS(',', CAST(id AS STRING), 'x')") if form == "raw" else ("id BIGINT, x STRING", "id, 'x'")
    script = tmp_path / "parts.sql"
    script.write_text(PARTITIONS.format(columns=columns, values=values, format=form))
    with Kobel(tmp_path / "data", "--min-running", "2s") as kobel:
        client = client_of(kobel.url)
        client.create_bucket(Bucket="copies")
        run = Run(tmp_path, script, "--runtime", name, KOBEL_URL=kobel.url)
        assert run.end() == 0, run.err
        found = objects(client)
    line = '{{"id":{},"x":"x"}}' if form == "json" else "{},x"
    for part in range(3):
        lines = [row for key, text in found.items() if key.startswith(f"out/part={part}/part-") for row in text.split()]
        assert sorted(lines) == sorted(line.format(number) for number in range(200 * part, 200 * part + 200)), part
        assert found[f"out/part={part}/_SUCCESS"] == ""


@pytest.mark.parametrize("level", ["auto", "scoped"])
def test_a_job_trusts_the_authority_that_its_daemon_trusts(runtime, jars, tmp_path, level):
    identity = Authority(tmp_path / "authority").identity("127.0.0.1")
    with open(tmp_path / "moto.log", "w") as log:
        server = S3Server(log, identity)
        try:
            with daemon_with(server, tmp_path / "data", "--s3-ca-bundle", identity.authority, "--sandbox", level) as kobel:
                app = writer(kobel, jars, "s3a://copies/out")
                wait_for_more(server.client)
                app.stop()
            assert_each_is_written_once(server.client)
        finally:
            server.stop()
