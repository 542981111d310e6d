"""The lag of a Kafka consumer group, from the broker that the properties of the application name."""

import pytest
from broker import Broker, Load

from kobel import Application, Kobel, wait_for

KEYS = [f"key-{number}" for number in range(50)]


def create(kobel, servers, jar):
    application = Application(kobel, "behind")
    application.create(
        jar,
        EnvironmentProperties={"PropertyGroups": [
            {"PropertyGroupId": "job", "PropertyMap": {"servers": servers}},
            {"PropertyGroupId": "Input0", "PropertyMap": {"bootstrap.servers": servers, "topic": "in", "group.id": "exactly-once"}}]},
        FlinkApplicationConfiguration={
            "ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 1, "AutoScalingEnabled": False},
            "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}})
    return application


@pytest.mark.slow
def test_the_lag_of_a_consumer_group_is_a_metric_and_a_missing_broker_is_reported_once(runtime, exactly_once_jar, tmp_path):
    broker = Broker(tmp_path / "kafka")
    try:
        broker.create_topics({"in": 2, "out": 1})
        with Kobel(tmp_path / "kobel", "--metrics-interval", "1s") as kobel:
            application = create(kobel, broker.servers, exactly_once_jar)

            def lag():
                return kobel.get(f"{application.path}/metrics").get("newest", {}).get("app", {}).get("consumerLag", -1)

            load = Load(broker.servers, KEYS, 600)
            load.start()
            application.start()
            try:
                # Flink commits offsets with checkpoints: between two of them the group is behind.
                wait_for(lambda: lag() > 0, "the lag is positive")
            finally:
                load.end()
            text = kobel.request("/metrics")[2].decode()
            assert 'kobel_application_consumer_lag_records{account="000000000000",region="us-east-1",application="behind"} ' in text
            wait_for(lambda: lag() == 0, "all is committed")

            # A busy broker may have been silent before.
            earlier = len(application.events("lag"))
            broker.stop()
            events = wait_for(lambda: application.events("lag")[earlier:], "the missing broker is reported")
            assert broker.servers in events[0]["message"]
            wait_for(lambda: lag() == -1, "the lag is unknown")
            assert len(application.events("lag")) == earlier + 1
    finally:
        broker.stop()
