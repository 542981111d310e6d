"""The autoscaler on real Flink: the load of a Kafka source rises tenfold and falls again, and each record is counted once."""

import pytest
from broker import Load, assert_counted_once, read_committed

from kobel import PATIENCE_S, Application, Kobel, wait_for

KEYS = [f"key-{number}" for number in range(500)]
# A record takes 20 ms, mostly of waiting: a subtask processes 50 a second and uses little of the processor.
COST_MS, LOW, HIGH = 20, 15, 150


@pytest.fixture
def kobel(runtime, tmp_path):
    """A daemon with a clock six times as fast: half a minute of overload takes five seconds."""
    with Kobel(tmp_path / "kobel", "--time-scale", "6", "--kpu-limit", "6") as kobel:
        yield kobel


def create(kobel, servers, jar):
    application = Application(kobel, "elastic")
    application.create(
        jar,
        EnvironmentProperties={"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"servers": servers, "costMs": str(COST_MS)}}]},
        FlinkApplicationConfiguration={
            "ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 1, "ParallelismPerKPU": 1, "AutoScalingEnabled": True},
            "CheckpointConfiguration": {"ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}})
    return application


@pytest.mark.slow
def test_a_job_follows_its_load_up_and_down(kobel, broker, exactly_once_jar):
    application = create(kobel, broker.servers, exactly_once_jar)

    def explain():
        return kobel.get(f"{application.path}/scaling?limit=1")

    def explanation():
        newest = explain()
        return f"{newest['currentParallelism']} {newest['explanation']}"

    def runs_with(check, what):
        try:
            wait_for(lambda: application.status() == "RUNNING" and check(explain()["currentParallelism"]), what, 2 * PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}: {explanation()}") from None

    load = Load(broker.servers, KEYS, LOW)
    load.start()
    try:
        application.start()
        wait_for(lambda: " arrive" in explain()["explanation"], "the load is measured")
        assert explain()["currentParallelism"] == 1, explanation()
        load.per_second = HIGH
        # 150 a second need 150 / 50 / 0.7, which is 4.3.
        runs_with(lambda parallelism: 4 <= parallelism <= 6, "it has grown")

        def lag():
            figures = kobel.get(f"{application.path}/metrics?metric=none").get("newest", {}).get("app", {})
            return figures.get("pendingRecords", -1)
        wait_for(lambda: 0 <= lag() < HIGH, "the backlog is processed", 2 * PATIENCE_S)
        grown = explain()["currentParallelism"]
        load.per_second = LOW
        # After ten minutes of the clock, which must not be faster: a busy machine could not measure often enough. How far down is right
        # depends on the machine; the simulations in tests/unit/controller/scaling check that.
        runs_with(lambda parallelism: parallelism < grown, "it has shrunk")
    finally:
        sent = load.end()
    moves = explain()["moves"]
    # Up at first and down at last. In between a job that waits for a processor may look busy. The newest move comes first.
    grows = [move["wantedParallelism"] > move["currentParallelism"] for move in moves]
    assert grows[-1] and not grows[0], [(move["currentParallelism"], move["wantedParallelism"], move["text"]) for move in moves]
    assert_counted_once(read_committed(broker.servers, sum(sent.values())), sent, "counted once")
    application.stop()
    application.delete()
