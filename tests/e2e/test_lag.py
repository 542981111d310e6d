"""How far a Kafka consumer group is behind, asked of the broker that the application's properties name."""

import json
import urllib.request

import pytest
from broker import Broker, Load

from kobel import PATIENCE_S, ROLE, Application, Kobel, wait_for

KEYS = [f"key-{number}" for number in range(50)]


def create(kobel, servers, jar):
    application = Application(kobel, "behind")
    application.put_code(jar)
    application.client.create_application(
        ApplicationName="behind", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
        ApplicationConfiguration={
            "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
                "BucketARN": "arn:aws:s3:::code", "FileKey": "behind.jar"}}},
            "EnvironmentProperties": {"PropertyGroups": [
                {"PropertyGroupId": "job", "PropertyMap": {"servers": servers}},
                {"PropertyGroupId": "Input0", "PropertyMap": {"bootstrap.servers": servers, "topic": "in", "group.id": "exactly-once"}}]},
            "FlinkApplicationConfiguration": {
                "ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 1, "AutoScalingEnabled": False},
                "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}}})
    return application


@pytest.mark.slow
def test_the_lag_of_a_consumer_group_is_a_metric_and_a_broker_that_went_away_is_told_once(runtime, exactly_once_jar, tmp_path):
    broker = Broker(tmp_path / "kafka")
    kobel = Kobel(tmp_path / "kobel", "--metrics-interval", "1s")
    url = f"{kobel.url}/kobel/v1/applications/behind"
    try:
        broker.create_topics({"in": 2, "out": 1})
        application = create(kobel, broker.servers, exactly_once_jar)

        def figure(name):
            return json.load(urllib.request.urlopen(f"{url}/metrics", timeout=PATIENCE_S)).get("newest", {}).get("app", {}).get(name, -1)

        def lag_events():
            answer = urllib.request.urlopen(f"{url}/events?limit=1000", timeout=PATIENCE_S)
            return [event for event in json.load(answer)["events"] if event["kind"] == "lag"]

        load = Load(broker.servers, KEYS, 600)
        load.start()
        application.start()
        try:
            # Flink commits what a checkpoint has seen: between two of them, the group is behind.
            wait_for(lambda: figure("consumerLag") > 0, "what was not committed yet is seen")
        finally:
            load.end()
        text = urllib.request.urlopen(f"{kobel.url}/metrics", timeout=PATIENCE_S).read().decode()
        assert 'kobel_application_consumer_lag_records{account="000000000000",region="us-east-1",application="behind"} ' in text
        wait_for(lambda: figure("consumerLag") == 0, "what was committed reaches the end")

        # A busy broker may have been silent before.
        earlier = len(lag_events())
        broker.stop()
        events = []

        def told():
            events[:] = lag_events()[earlier:]
            return events
        wait_for(told, "the broker's absence is told")
        assert broker.servers in events[0]["message"]
        wait_for(lambda: figure("consumerLag") == -1, "no figure is made up")
        told()
        assert len(events) == 1
    finally:
        broker.stop()
        status = kobel.stop()
    assert status == 0
    assert kobel.java_processes() == []
