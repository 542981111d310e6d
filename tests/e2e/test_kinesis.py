"""examples/kinesis-java, with a stand-in for Kinesis."""

import os
import subprocess

import boto3
import lives
import pytest
from once import cache, downloads_locked, made_once, shared_directory
from plain_flink import HeldPort, end_server
from programs import build_examples

from kobel import wait_for


class Streams:
    """kinesis-local, a stand-in for Kinesis, from npm."""

    def __init__(self, work):
        directory = made_once(cache() / "kinesis-local-0.6.2", self.install)
        self.ports = [HeldPort(), HeldPort()]
        self.url = f"http://127.0.0.1:{self.ports[0].number}"
        package = directory / "node_modules" / "kinesis-local"
        self.log = open(work / "kinesis.log", "w")
        self.process = subprocess.Popen(
            ["node", str(package / "main.js")], stdout=self.log, stderr=subprocess.STDOUT, env={
                **os.environ, "KINESIS_MOCK_CERT_PATH": str(package / "server.json"),
                "KINESIS_MOCK_PLAIN_PORT": str(self.ports[0].number), "KINESIS_MOCK_TLS_PORT": str(self.ports[1].number)})
        self.client = boto3.client("kinesis", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test",
                                   aws_secret_access_key="test")

    @staticmethod
    def install(directory):
        with downloads_locked():
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--cache", str(cache() / "npm"),
                            "--prefix", str(directory), "kinesis-local@0.6.2"], check=True)

    def create(self, name):
        def is_created():
            try:
                self.client.create_stream(StreamName=name, ShardCount=1)
            except self.client.exceptions.ResourceInUseException:
                return True
            except Exception:  # noqa: BLE001: it still starts, and fails in more than one way
                return False
            return True
        wait_for(is_created, f"stream {name} is created")
        self.client.get_waiter("stream_exists").wait(StreamName=name)

    def read_all(self, name):
        shard = self.client.list_shards(StreamName=name)["Shards"][0]["ShardId"]
        iterator = self.client.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        records = []
        while True:
            page = self.client.get_records(ShardIterator=iterator)
            records += [record["Data"].decode() for record in page["Records"]]
            if not page["Records"]:
                return records
            iterator = page["NextShardIterator"]

    def stop(self):
        end_server(self.process, self.log, self.ports)


@pytest.fixture
def streams(tmp_path):
    streams = Streams(tmp_path)
    yield streams
    streams.stop()


@pytest.fixture(scope="module")
def jar(tmp_path_factory):
    directory = made_once(shared_directory(tmp_path_factory) / "kinesis", lambda directory: build_examples(directory, "kinesis-java"))
    return directory / "kinesis-java" / "target" / "kinesis.jar"


# With enhanced fan-out the records come by Netty, through buffers outside the heap.
@pytest.mark.parametrize("publisher", ["POLLING", "EFO"])
def test_kinesis_records_are_counted_over_a_stop_and_a_kill(application, streams, jar, publisher):
    application.put_code(jar)
    for name in ("in", "out"):
        streams.create(name)
    place = {"aws.region": "us-east-1", "aws.endpoint": streams.url, "aws.http.protocol.version": "HTTP1_1"}
    lives.create(application, f"{application.name}.jar", {
        "InputStream": {"stream.name": "in", "flink.stream.initpos": "TRIM_HORIZON", "flink.stream.recordpublisher": publisher,
                        "flink.stream.efo.consumername": "counter", **place},
        "OutputStream": {"stream.name": "out", **place}})
    application.start()

    def put(count):
        answer = streams.client.put_records(StreamName="in", Records=[
            {"Data": key.encode(), "PartitionKey": key} for key in ("red", "blue") for _ in range(count)])
        assert answer["FailedRecordCount"] == 0

    def wait_for_counts(count):
        expected = [f"{key},{number}" for key in ("blue", "red") for number in range(1, count + 1)]
        wait_for(lambda: set(expected) <= set(streams.read_all("out")), f"counts up to {count}")
        assert set(streams.read_all("out")) == set(expected)
    put(50)
    wait_for_counts(50)
    arn = streams.client.describe_stream_summary(StreamName="in")["StreamDescriptionSummary"]["StreamARN"]
    consumers = [one["ConsumerName"] for one in streams.client.list_stream_consumers(StreamARN=arn)["Consumers"]]
    assert consumers == (["counter"] if publisher == "EFO" else [])
    application.stop()
    application.start()
    put(50)
    wait_for_counts(100)
    application.wait_for_checkpoint()
    assert application.inject("kill-taskmanager") == 200
    put(50)
    # The sink of Kinesis writes at least once.
    wait_for_counts(150)
