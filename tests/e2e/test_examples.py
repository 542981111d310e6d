"""The programs of examples/, as their pages say."""

import json
import os
import pathlib
import subprocess

import boto3
import lives
import pytest
from broker import Broker
from confluent_kafka import Consumer, Producer
from once import cache, downloads_locked, made_once
from plain_flink import HeldPort

from kobel import PATIENCE_S, wait_for


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path / "kafka")
    broker.create_topics({"in": 2, "out": 1})
    yield broker
    broker.stop()


@pytest.fixture
def kafka_groups(broker):
    return {"Kafka": {"bootstrap.servers": broker.servers, "source.topic": "in", "sink.topic": "out"}}


def start(application, code, groups):
    application.put_code(code)
    lives.create(application, f"{application.name}.jar", groups)
    application.start()


def produce(servers, values):
    producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True})
    for value in values:
        producer.produce("in", value=value)
    assert producer.flush(PATIENCE_S) == 0


class Reader:
    """Reads what is committed in the topic `out`."""

    def __init__(self, servers):
        self.consumer = Consumer({"bootstrap.servers": servers, "group.id": "check", "isolation.level": "read_committed",
                                  "auto.offset.reset": "earliest"})
        self.consumer.subscribe(["out"])
        self.records = []

    def read(self):
        """All records until now, as (key, value)."""
        message = self.consumer.poll(0.5)
        if message is not None and message.error() is None:
            self.records.append((message.key(), message.value()))
        return self.records

    def close(self):
        self.consumer.close()


def test_kafka_windows_count_each_word_once(application, examples, broker, kafka_groups):
    start(application, examples["kafka-window"], kafka_groups)
    produce(broker.servers, ["red", "green"] * 500)
    application.wait_for_checkpoint()
    assert application.inject("kill-taskmanager") == 200
    produce(broker.servers, ["red", "blue"] * 500)

    reader, totals = Reader(broker.servers), {}

    def is_complete():
        totals.clear()
        for _, value in reader.read():
            word, count = value.decode().split(",")
            totals[word] = totals.get(word, 0) + int(count)
        return sum(totals.values()) >= 2000
    wait_for(is_complete, "all words are counted")
    reader.close()
    assert totals == {"red": 1000, "green": 500, "blue": 500}


def test_changes_of_a_table_keep_totals_up_to_date(application, examples, broker, kafka_groups):
    def change(operation, before, after):
        def row(values):
            return values and dict(zip(("id", "customer", "amount"), values))
        return json.dumps({"before": row(before), "after": row(after), "op": operation})
    start(application, examples["upsert"], kafka_groups)
    reader = Reader(broker.servers)

    def wait_for_totals(expected):
        def totals():
            newest = {}
            for key, value in reader.read():
                newest[json.loads(key)["customer"]] = value and json.loads(value)["total"]
            return {customer: total for customer, total in newest.items() if total is not None} == expected
        wait_for(totals, f"the totals are {expected}")
    produce(broker.servers, [change("c", None, (1, "ann", 5)), change("c", None, (2, "bob", 7))])
    wait_for_totals({"ann": 5, "bob": 7})
    application.stop()
    # The state has the rows from before: an update and a delete of them change the totals.
    application.start()
    produce(broker.servers, [change("u", (1, "ann", 5), (1, "ann", 6)), change("d", (2, "bob", 7), None)])
    wait_for_totals({"ann": 6})
    reader.close()


def test_the_s3_sink_writes_each_number_once_into_buckets_of_the_daemon(application, examples):
    bucket = pathlib.Path(application.kobel.data) / "s3" / "numbers"
    bucket.mkdir()
    start(application, examples["s3-sink"], {"S3": {"path": "s3a://numbers/out", "records.per.second": "200"}})

    def numbers():
        return [int(line.split()[1]) for path in (bucket / "out").rglob("part-*") for line in path.read_text().splitlines()]
    wait_for(lambda: len(numbers()) > 100, "numbers are in the bucket")
    assert application.inject("kill-taskmanager") == 200
    before = len(numbers())
    wait_for(lambda: len(numbers()) > before + 100, "more numbers are in the bucket")
    application.stop()
    found = sorted(numbers())
    assert found == list(range(len(found)))


# --- Kinesis ---

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
        self.process.kill()
        self.process.wait()
        self.log.close()
        for held in self.ports:
            held.release()


@pytest.fixture
def streams(tmp_path):
    streams = Streams(tmp_path)
    yield streams
    streams.stop()


def test_kinesis_records_are_counted_over_a_stop(application, examples, streams):
    for name in ("in", "out"):
        streams.create(name)
    place = {"aws.region": "us-east-1", "aws.endpoint": streams.url, "aws.http.protocol.version": "HTTP1_1"}
    start(application, examples["kinesis"], {
        "InputStream": {"stream.name": "in", "flink.stream.initpos": "TRIM_HORIZON", **place}, "OutputStream": {"stream.name": "out", **place}})

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
    application.stop()
    application.start()
    put(50)
    wait_for_counts(100)
    application.wait_for_checkpoint()
    assert application.inject("kill-taskmanager") == 200
    put(50)
    # The sink of Kinesis writes at least once.
    wait_for_counts(150)
