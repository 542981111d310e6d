"""The autoscaler on real Flink: a Kafka source whose load rises tenfold and falls again, every record counted once."""

import json
import urllib.request

import pytest
from broker import Broker, Load, assert_counted_once, read_committed

from kobel import PATIENCE_S, ROLE, Application, Kobel, wait_for

KEYS = [f"key-{number}" for number in range(500)]
# A record takes 20 ms: one subtask does 50 a second. That is little to do for the processor, which others may want, too.
COST_MS, LOW, HIGH = 20, 15, 150


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path / "kafka")
    broker.create_topics({"in": 2, "out": 1})
    yield broker
    broker.stop()


@pytest.fixture
def kobel(runtime, tmp_path):
    """Six times as fast as the world: half a minute of overload is five seconds."""
    kobel = Kobel(tmp_path / "kobel", "--time-scale", "6", "--kpu-limit", "6")
    yield kobel
    assert kobel.stop() == 0
    assert kobel.java_processes() == []


def create(kobel, servers, jar):
    application = Application(kobel, "elastic")
    application.put_code(jar)
    application.client.create_application(
        ApplicationName="elastic", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
        ApplicationConfiguration={
            "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
                "BucketARN": "arn:aws:s3:::code", "FileKey": "elastic.jar"}}},
            "EnvironmentProperties": {"PropertyGroups": [
                {"PropertyGroupId": "job", "PropertyMap": {"servers": servers, "costMs": str(COST_MS)}}]},
            "FlinkApplicationConfiguration": {
                "ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 1, "ParallelismPerKPU": 1, "AutoScalingEnabled": True},
                "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}}})
    return application


@pytest.mark.slow
def test_a_job_follows_its_load_up_and_down(kobel, broker, exactly_once_jar):
    application = create(kobel, broker.servers, exactly_once_jar)
    url = f"{kobel.url}/kobel/v1/applications/elastic"

    def explained():
        return json.load(urllib.request.urlopen(f"{url}/scaling?limit=1", timeout=PATIENCE_S))

    def said():
        newest = explained()
        return f"{newest['currentParallelism']} {newest['explanation']}"

    def runs_with(check, what):
        try:
            wait_for(lambda: application.status() == "RUNNING" and check(explained()["currentParallelism"]), what, 2 * PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}: {said()}") from None

    load = Load(broker.servers, KEYS, LOW)
    load.start()
    try:
        application.start()
        wait_for(lambda: " arrive" in explained()["explanation"], "the load is seen")
        assert explained()["currentParallelism"] == 1, said()
        load.per_second = HIGH
        # 150 a second want 150 / 50 / 0.7, which is 4.3.
        runs_with(lambda parallelism: 4 <= parallelism <= 6, "it has grown")

        def lag():
            figures = json.load(urllib.request.urlopen(f"{url}/metrics?metric=none", timeout=PATIENCE_S)).get("newest", {}).get("app", {})
            return figures.get("pendingRecords", -1)
        wait_for(lambda: 0 <= lag() < HIGH, "the lag is worked off", 2 * PATIENCE_S)
        grown = explained()["currentParallelism"]
        load.per_second = LOW
        # After ten minutes of calm. They must not pass more quickly: a busy machine could not measure often enough. Nor does a record take
        # the same time there as elsewhere: how far down is right is told by the simulations (tests/unit/controller).
        runs_with(lambda parallelism: parallelism < grown, "it has shrunk")
    finally:
        sent = load.end()
    moves = explained()["moves"]
    # Up at first and down at last; in between, who waits for a processor looks like one who has much to do. The newest is first.
    grows = [move["wantedParallelism"] > move["currentParallelism"] for move in moves]
    assert grows[-1] and not grows[0], [(move["currentParallelism"], move["wantedParallelism"], move["text"]) for move in moves]
    assert_counted_once(read_committed(broker.servers, sum(sent.values())), sent, "counted once")
    application.stop()
    application.delete()
