"""The programs of examples/, as their pages say."""

import json
import pathlib

import lives
import pytest
from confluent_kafka import Consumer, Producer

from kobel import PATIENCE_S, wait_for


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
