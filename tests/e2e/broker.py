"""A Kafka broker for tests, from packages of Maven, and a load for it."""

import pathlib
import shutil
import subprocess
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from once import cache, downloads_locked, made_once
from plain_flink import HeldPort, end_server

from kobel import PATIENCE_S, wait_for

KAFKA = "3.9.1"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>kobel.tests</groupId>
<artifactId>kafka</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency></dependencies></project>"""


def kafka_jars():
    """The directory of the jars of the broker, downloaded once."""
    def fetch(directory):
        pom = directory / "pom.xml"
        pom.write_text(POM)
        with downloads_locked():
            subprocess.run(["mvn", "-q", "-B", "-f", str(pom), "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies",
                            f"-DoutputDirectory={directory}"], check=True)
    return made_once(cache() / f"kafka-{KAFKA}", fetch)


def build_job(directory):
    """Builds the job of tests/e2e/kafka with its connector, as one jar."""
    shutil.copytree(pathlib.Path(__file__).parent / "kafka", directory, dirs_exist_ok=True)
    with downloads_locked():
        subprocess.run(["mvn", "-q", "-B", "-f", str(directory / "pom.xml"), "package"], check=True)


class Broker:
    def __init__(self, work):
        self.ports = [HeldPort(), HeldPort()]
        port, controller = (held.number for held in self.ports)
        self.servers = f"127.0.0.1:{port}"
        work.mkdir(parents=True, exist_ok=True)
        properties = work / "server.properties"
        properties.write_text("\n".join([
            "process.roles=broker,controller", "node.id=1", f"controller.quorum.voters=1@127.0.0.1:{controller}",
            f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}", "controller.listener.names=CONTROLLER",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}", f"log.dirs={work}/logs", "offsets.topic.replication.factor=1",
            "transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1", "transaction.state.log.num.partitions=5",
            "offsets.topic.num.partitions=1", "group.initial.rebalance.delay.ms=0", "num.partitions=2", ""]))
        java = ["java", "-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp", f"{kafka_jars()}/*"]
        subprocess.run([*java, "kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c", str(properties)], check=True,
                       capture_output=True)
        self.log = open(work / "broker.log", "w")
        self.process = subprocess.Popen([*java, "kafka.Kafka", str(properties)], stdout=self.log, stderr=subprocess.STDOUT)

    def create_topics(self, partitions):
        """Waits for the broker and creates topics. `partitions`: how many, by topic."""
        admin = AdminClient({"bootstrap.servers": self.servers})

        def answers():
            try:
                return admin.list_topics(timeout=2).brokers
            except KafkaException:
                return None
        wait_for(answers, "the broker answers")
        for future in admin.create_topics([NewTopic(topic, count) for topic, count in partitions.items()]).values():
            future.result(30)

    def stop(self):
        end_server(self.process, self.log, self.ports)


class Load(threading.Thread):
    """Writes keys to the topic `in`, `per_second` of them, until end(). `sent` counts them by key."""

    def __init__(self, servers, keys, per_second):
        super().__init__()
        # Requests that time out are sent again: without this, records would be duplicated.
        self.producer = Producer({"bootstrap.servers": servers, "linger.ms": 5, "enable.idempotence": True})
        self.sent = dict.fromkeys(keys, 0)
        self.per_second = per_second
        self.ended = threading.Event()
        self.left = 0

    def run(self):
        keys, number, due, before = list(self.sent), 0, 0.0, time.monotonic()
        while not self.ended.wait(0.01):
            now = time.monotonic()
            due += (now - before) * self.per_second
            before = now
            while due >= 1:
                key = keys[number % len(keys)]
                self.producer.produce("in", value=key, partition=number % 2)
                self.sent[key] += 1
                number += 1
                due -= 1
            self.producer.poll(0)
        self.left = self.producer.flush(PATIENCE_S)

    def end(self):
        self.ended.set()
        self.join()
        assert self.left == 0, f"{self.left} records that the broker did not accept"
        return self.sent


def read_committed(servers, total, timeout=2 * PATIENCE_S):
    """The records of the topic `out` in order, at least `total`, or those that are there at the timeout."""
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "check", "isolation.level": "read_committed", "enable.auto.commit": False})
    consumer.assign([TopicPartition("out", 0, 0)])
    lines, deadline = [], time.monotonic() + timeout
    while time.monotonic() < deadline:
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            lines.append(message.value().decode())
        elif len(lines) >= total:
            break
    consumer.close()
    return lines


def count_committed(servers):
    """All records of the topic `out` that are committed now."""
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "check", "isolation.level": "read_committed", "enable.auto.commit": False,
                         "enable.partition.eof": True})
    consumer.assign([TopicPartition("out", 0, 0)])
    count, deadline = 0, time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        message = consumer.poll(0.5)
        if message is not None and message.error() is not None and message.error().code() == KafkaError._PARTITION_EOF:
            consumer.close()
            return count
        count += message is not None and message.error() is None
    raise AssertionError("the topic could not be read to its end")


def assert_counted_once(lines, sent, what):
    """Each key has each count from 1 to the number that was sent, once. Lines are "key:count"."""
    counts = {key: [] for key in sent}
    for line in lines:
        key, count = line.split(":")
        counts[key].append(int(count))
    for key, total in sent.items():
        assert sorted(counts[key]) == list(range(1, total + 1)), f"{key}: {what}"
