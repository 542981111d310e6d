"""Applications whose sources read nothing, by the tag kobel:hold-sources."""

import os
import shutil
import subprocess

import pytest
from broker import Broker, Load, assert_counted_once, count_committed, read_committed
from command_line import call
from confluent_kafka import Consumer, TopicPartition
from enhanced import ENHANCED, Snapshots, arn_of, from_arn
from programs import SOURCES, pack

from kobel import Application, Kobel, wait_for

TAG = "kobel:hold-sources"
# "reports": the reader reports the splits of its state to the enumerator.
CASES = [("FLINK-1_20", "source"), ("FLINK-1_20", "function"), ("FLINK-1_20", "files"),
         ("FLINK-2_2", "source"), ("FLINK-2_2", "function"), ("FLINK-2_2", "reports"), ("FLINK-2_3", "source")]


@pytest.fixture(scope="module")
def place(runtime_2_2, runtime_2_3, tmp_path_factory):
    with Kobel(tmp_path_factory.mktemp("held")) as kobel:
        yield kobel


@pytest.fixture(scope="module")
def programs(runtime, jars, tmp_path_factory):
    """The jars by runtime and kind of source: the ordinary one, and the one with held sources."""
    names = {"source": "Exact", "reports": "Exact", "function": "LegacyExact", "files": "ExactFiles"}
    made = {case: [jars[names[case[1]]]] * 2 for case in CASES}
    runtime_2_2 = runtime.replace("FLINK-1_20", "FLINK-2_2")
    function = compile_again(runtime_2_2, tmp_path_factory.mktemp("function"), "LegacyExact",
                             "source.SourceFunction", "source.legacy.SourceFunction")
    made["FLINK-2_2", "function"] = [function, function]
    made["FLINK-2_2", "reports"][1] = compile_again(
        runtime_2_2, tmp_path_factory.mktemp("reports"), "Exact", "extends NumberSequenceSource {",
        "extends NumberSequenceSource implements org.apache.flink.api.connector.source.SupportsSplitReassignmentOnRecovery {")
    return made


def compile_again(runtime, directory, main_class, text, replacement):
    """With what only a later Flink has."""
    names = {"Counting", "Exact", main_class}
    for name in names:
        source = (SOURCES / f"{name}.java").read_text()
        assert name != main_class or text in source
        (directory / f"{name}.java").write_text(source.replace(text, replacement))
    subprocess.run(["javac", "-nowarn", "--release", "11", "-d", str(directory / "classes"), "-cp", f"{runtime}/lib/*",
                    *(str(directory / f"{name}.java") for name in names)], check=True)
    return pack(directory / "again.jar", directory / "classes", f"jobs.{main_class}")


def create(application, jar, flink, label, value=None):
    """Creates it in the mode in which it can start from a snapshot of another one; with the tag where it has a value."""
    application.create(jar, label, ApplicationSnapshotConfiguration=ENHANCED)
    if value is not None:
        tag(application, value)
    if flink != "FLINK-1_20":
        application.update(RuntimeEnvironmentUpdate=flink)


def tag(application, value):
    application.client.tag_resource(ResourceARN=application.describe()["ApplicationARN"], Tags=[{"Key": TAG, "Value": value}])


def stop_with_snapshot(application):
    """Stops it, and returns the restore configuration for what it leaves."""
    application.stop()
    details, _ = Snapshots(application).of_the_system()[0]
    assert details["SnapshotStatus"] == "READY"
    return {"RunConfiguration": from_arn(SnapshotArn=arn_of(details["SnapshotName"]))}


def stop_by_force(application):
    """The same with a snapshot that was taken before, since Flink does not stop a file source that still reads with a savepoint."""
    details = Snapshots(application).take("taken")
    application.stop(Force=True)
    return {"RunConfiguration": from_arn(SnapshotArn=arn_of(details["SnapshotName"]))}


def wait_for_all_tasks(application):
    def run():
        current = application.show()["current"]
        return current["tasksRunning"] == current["tasksTotal"] > 0
    wait_for(run, "all tasks run")


def of_label(application, label):
    return [count for found, count, _ in application.lines() if found == label]


@pytest.mark.parametrize("flink, kind", CASES)
def test_held_sources_keep_their_state_and_read_nothing(place, programs, flink, kind):
    (jar, held_jar), suffix = programs[flink, kind], f"{flink}-{kind}"
    production, held, after = (Application(place, f"{part}-{suffix}") for part in ("production", "held", "after"))
    create(production, jar, flink, f"p-{suffix}")
    production.start()
    production.wait_for_count(20, f"p-{suffix}")
    assert production.show()["current"]["sourcesHeld"] is False
    state = stop_by_force(production) if kind == "files" else stop_with_snapshot(production)
    counted = of_label(production, f"p-{suffix}")[-1]

    # A source that connected or read would fail.
    create(held, held_jar, flink, "offline", "true")
    held.start(**state)
    assert held.show()["current"]["sourcesHeld"] is True
    wait_for_all_tasks(held)
    held.wait_for_checkpoint()
    state = stop_with_snapshot(held)
    assert held.show()["restarts"] == 0 and of_label(held, "offline") == []

    create(after, jar, flink, f"a-{suffix}")
    after.start(**state)
    after.wait_for_count(counted + 20, f"a-{suffix}")
    first = of_label(after, f"a-{suffix}")[0]
    assert 20 < first <= counted + 1 if kind == "files" else first == counted + 1
    # No number was lost or doubled.
    assert after.show()["restarts"] == 0
    after.stop(Force=True)
    for application in (production, held, after):
        application.delete()


def test_a_new_job_with_held_sources_survives_a_death_and_reads_from_its_start_later(place, programs):
    application = Application(place, "new")
    create(application, programs["FLINK-2_2", "source"][0], "FLINK-2_2", "new-held", "true")
    application.start()
    application.wait_for_checkpoint()
    assert "sources held" in call(place, "status", application.name)
    assert application.inject("kill-taskmanager") == 200
    wait_for(lambda: application.show()["recoveries"] == 1 and application.show()["current"]["phase"] == "UP", "it is up again")
    assert application.show()["current"]["sourcesHeld"] is True
    wait_for_all_tasks(application)
    application.stop(Force=True)
    assert of_label(application, "new-held") == []
    tag(application, "false")
    application.start()
    application.wait_for_count(5, "new-held")
    assert of_label(application, "new-held")[0] == 1
    assert "sources held" not in call(place, "status", application.name)
    tag(application, "true")
    application.update_configuration(EnvironmentPropertyUpdates=application.properties("new-again"))
    assert application.settle() == "RUNNING" and application.show()["current"]["sourcesHeld"] is True
    application.delete()


def test_only_clusters_with_held_sources_have_the_agent(jars, tmp_path):
    with Kobel(tmp_path, "--spares", "1") as kobel:
        ordinary, held = Application(kobel, "ordinary"), Application(kobel, "held")
        create(ordinary, jars["Exact"], "FLINK-1_20", "ordinary")
        ordinary.start()
        spare = kobel.wait_for_spare()
        create(held, jars["Exact"], "FLINK-1_20", "held", "true")
        held.start()
        assert kobel.wait_for_spare() == spare, "it took the spare"
        cluster = held.show()["current"]["cluster"].encode()
        for line in kobel.java_processes():
            assert (b"-javaagent:" in line) == (cluster in line), line


@pytest.fixture
def changed_runtime(runtime, tmp_path):
    """A copy of the runtime that tests change."""
    shutil.copytree(runtime, tmp_path / "runtimes" / "FLINK-1_20", ignore=shutil.ignore_patterns("*.jsa"))
    return tmp_path / "runtimes" / "FLINK-1_20"


def failure_of_start(runtime, data, jar):
    with Kobel(data, "--runtimes", str(runtime.parent)) as kobel:
        application = Application(kobel, "refused")
        create(application, jar, "FLINK-1_20", "refused", "true")
        operation = application.client.start_application(ApplicationName=application.name)["OperationId"]
        assert application.settle() == "READY"
        assert of_label(application, "refused") == []
        return application.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]


def test_a_runtime_of_an_earlier_kobel_has_to_be_completed(changed_runtime, jars, tmp_path):
    os.remove(changed_runtime / "holder-1.jar")
    assert "run `kobel runtime install FLINK-1_20` again" in failure_of_start(changed_runtime, tmp_path / "data", jars["Exact"])


def test_a_flink_whose_sources_cannot_be_held_does_not_read(changed_runtime, jars, tmp_path):
    source = tmp_path / "StreamSource.java"
    source.write_text("package org.apache.flink.streaming.api.operators; public class StreamSource {}")
    subprocess.run(["javac", "-d", str(tmp_path / "classes"), str(source)], check=True)
    pack(changed_runtime / "lib" / "another.jar", tmp_path / "classes", None)
    failure = failure_of_start(changed_runtime, tmp_path / "data", jars["Exact"])
    assert "kobel cannot hold the sources with this Flink" in failure and "SourceFunction.cancel" in failure, failure


# --- Kafka ---

@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    broker.create_topics({"in": 2, "out": 1})
    yield broker
    broker.stop()


def committed(servers):
    """The offsets that the group of the job has committed."""
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "exactly-once"})
    offsets = [one.offset for one in consumer.committed([TopicPartition("in", 0), TopicPartition("in", 1)], timeout=30)]
    consumer.close()
    return offsets


@pytest.mark.slow
def test_nothing_of_kafka_is_read_or_committed(place, broker, exactly_once_jar):
    production, held, after = (Application(place, f"kafka-{part}") for part in ("production", "held", "after"))
    properties = {"EnvironmentProperties": {"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"servers": broker.servers}}]}}
    load = Load(broker.servers, [f"key-{number}" for number in range(7)], 200)
    load.start()

    def start(application, state):
        application.create(exactly_once_jar, ApplicationSnapshotConfiguration=ENHANCED, **properties)
        if application is held:
            tag(application, "true")
        application.start(**state)
    try:
        start(production, {})
        read_committed(broker.servers, 500)
        state = stop_with_snapshot(production)
        before, written = committed(broker.servers), count_committed(broker.servers)
        assert min(before) > 0
        start(held, state)
        wait_for_all_tasks(held)
        first = held.wait_for_checkpoint()
        wait_for(lambda: held.show()["lastCheckpoint"] != first, "another checkpoint is complete")
        state = stop_with_snapshot(held)
        assert committed(broker.servers) == before
        assert count_committed(broker.servers) == written
        start(after, state)
    finally:
        sent = load.end()
    assert_counted_once(read_committed(broker.servers, sum(sent.values())), sent, "after a rehearsal")
    after.stop(Force=True)
