"""What is measured of a running job, and what the autoscaler makes of it."""

import json
import os
import subprocess
import urllib.parse
import urllib.request

import pytest

from kobel import BINARY, PATIENCE_S, Application, Kobel, wait_for

CUSTOM = {"ConfigurationType": "CUSTOM", "ParallelismPerKPU": 1}


def ask(kobel, path):
    return json.load(urllib.request.urlopen(f"{kobel.url}{path}", timeout=PATIENCE_S))


def text(kobel, path):
    return urllib.request.urlopen(f"{kobel.url}{path}", timeout=PATIENCE_S).read().decode()


def samples(exposition, metric):
    """Lines of one metric of Prometheus' text: {labels: value}."""
    found = {}
    for line in exposition.splitlines():
        if line.startswith(f"{metric}{{"):
            labels, value = line[len(metric):].rsplit(" ", 1)
            found[labels] = float(value)
    return found


def parallelism(**settings):
    return {"ApplicationConfigurationUpdate": {"FlinkApplicationConfigurationUpdate": {"ParallelismConfigurationUpdate": settings}}}


@pytest.fixture
def quick(runtime, tmp_path):
    """A daemon whose minutes pass in two seconds."""
    kobel = Kobel(tmp_path, "--time-scale", "30", "--autoscaling", "msf", "--kpu-limit", "3")
    yield kobel
    assert kobel.stop() == 0
    assert kobel.java_processes() == []


def test_a_running_job_is_measured(quick, jars):
    application = Application(quick, "measured")
    application.create(jars["Counting"])
    application.start()
    base = "/kobel/v1/applications/measured"
    newest = wait_for(lambda: ask(quick, f"{base}/metrics").get("newest", {}).get("app", {}).get("numRecordsInPerSecond")
                      and ask(quick, f"{base}/metrics")["newest"], "rates were measured")
    # A hundred records a second, at most: each takes 10 ms.
    assert 20 < newest["app"]["numRecordsInPerSecond"] < 110
    assert newest["app"]["KPUs"] == 2 and newest["app"]["uptime"] > 0
    assert 0 < newest["app"]["heapMemoryUtilization"] <= 100 and newest["app"]["containerCPUUtilization"] <= 100
    source = next(task for task in newest["tasks"] if task.startswith("Source"))
    assert newest["tasks"][source]["busyTimeMsPerSecond"] > 800

    series = wait_for(lambda: [one for one in ask(quick, f"{base}/metrics?metric=numRecordsInPerSecond")["series"]
                               if "task" not in one and len(one["points"]) >= 2], "two minutes are on record")
    assert (series[0]["name"], series[0]["unit"]) == ("numRecordsInPerSecond", "Count/Second")
    first, second = series[0]["points"][:2]
    assert second[0] - first[0] == 60000 and first[0] % 60000 == 0 and 20 < second[1] < 110
    only = ask(quick, f"{base}/metrics?task={urllib.parse.quote(source)}&from={second[0]}")["series"]
    assert {one["task"] for one in only} == {source} and all(one["points"][0][0] >= second[0] for one in only)

    exposition = text(quick, "/metrics")
    [(labels, rate)] = samples(exposition, "kobel_application_records_in_per_second").items()
    assert 'application="measured"' in labels and 20 < rate < 110
    assert samples(exposition, "kobel_application_memory_bytes")[labels] > 100e6
    assert len(samples(exposition, "kobel_application_task_busy_ratio")) == 2
    assert 'status="RUNNING"' in exposition and "process_resident_memory_bytes" in exposition

    application.stop()
    assert samples(text(quick, "/metrics"), "kobel_application_records_in_per_second") == {}
    explained = ask(quick, f"{base}/scaling")
    assert explained["explanation"].startswith("the application does not run") and explained["evaluations"]
    application.delete()


@pytest.mark.slow
def test_the_rule_of_the_service_doubles_what_burns(quick, jars):
    """15 minutes above 75 % of the processor, in half a minute; the limit of 3 KPUs holds."""
    application = Application(quick, "burning")
    application.create(jars["Burning"], FlinkApplicationConfiguration={"ParallelismConfiguration": {**CUSTOM, "Parallelism": 1}})
    application.start()
    base = "/kobel/v1/applications/burning"
    wait_for(lambda: ask(quick, f"{base}/scaling")["evaluations"], "it is looked at")
    before = ask(quick, f"{base}/scaling")
    assert (before["policy"], before["enabled"], before["floor"], before["ceiling"]) == ("msf", True, 1, 3)
    assert "it doubles after 15 minutes" in before["explanation"]
    wait_for(lambda: application.describe()["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"]
             ["ParallelismConfigurationDescription"]["CurrentParallelism"] == 2 and application.status() == "RUNNING", "it runs with 2")
    detail = application.describe()
    flink = detail["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"]["ParallelismConfigurationDescription"]
    assert (detail["ApplicationVersionId"], flink["Parallelism"], flink["CurrentParallelism"]) == (1, 1, 2)
    assert application.snapshots()[0]["SnapshotName"].startswith("AUTOSCALING-burning-")
    operations = application.client.list_application_operations(ApplicationName="burning")["ApplicationOperationInfoList"]
    assert (operations[0]["Operation"], operations[0]["OperationStatus"]) == ("AutoScaling", "SUCCESSFUL")
    [moved] = [event for event in ask(quick, f"{base}/events?limit=1000")["events"] if event["kind"] == "scaling"]
    assert (moved["from"], moved["to"], moved["reason"]) == (1, 2, "up")

    told = subprocess.run([BINARY, "explain", "burning", "--url", quick.url], capture_output=True, text=True, check=True).stdout
    assert told.startswith("burning is RUNNING with parallelism 2; scaled by itself, msf, from 1 to 3")
    assert "1 to 2 the busiest TaskManager" in " ".join(told.split())

    # What the user says comes before what the autoscaler said.
    application.update(**parallelism(AutoScalingEnabledUpdate=False, ParallelismUpdate=1))
    assert application.settle() == "RUNNING"
    wait_for(lambda: "AutoScalingEnabled is false" in ask(quick, f"{base}/scaling")["explanation"], "it is off")
    application.stop(Force=True)
    application.delete()


def test_the_clock_can_be_set_forward_over_the_minutes(runtime, jars, tmp_path):
    kobel = Kobel(tmp_path, "--metrics-interval", "1s")
    application = Application(kobel, "waits")
    try:
        application.create(jars["Burning"])
        application.client.tag_resource(ResourceARN=application.describe()["ApplicationARN"], Tags=[{"Key": "kobel:autoscaling", "Value": "msf"}])
        application.start()
        base = "/kobel/v1/applications/waits"
        wait_for(lambda: [one for one in ask(kobel, f"{base}/scaling")["evaluations"] if one["inputs"].get("cpuMaxRatio", 0) > 0.75],
                 "the processor is seen to be busy")
        urllib.request.urlopen(f"{kobel.url}/kobel/v1/clock", data=b'{"advance": "16m"}', timeout=PATIENCE_S).close()
        wait_for(lambda: [event for event in ask(kobel, f"{base}/events?limit=1000")["events"] if event["kind"] == "scaling"], "it scales")
        assert application.settle() == "RUNNING"
    finally:
        assert kobel.stop() == 0
    assert os.path.exists(os.path.join(kobel.data, "kobel.db"))


def test_a_job_with_a_legacy_source_grows(runtime, jars, tmp_path):
    """Sources of the kind before FLIP-27, such as FlinkKinesisConsumer, do not say how busy they are."""
    kobel = Kobel(tmp_path, "--time-scale", "6", "--kpu-limit", "3")
    application = Application(kobel, "legacy")
    try:
        application.create(jars["LegacyLoad"], FlinkApplicationConfiguration={"ParallelismConfiguration": {**CUSTOM, "Parallelism": 1}})
        application.start()
        base = "/kobel/v1/applications/legacy"
        moved = wait_for(lambda: [event for event in ask(kobel, f"{base}/events?limit=1000")["events"] if event["kind"] == "scaling"],
                         "it grows")
        assert (moved[0]["from"], moved[0]["reason"]) == (1, "up"), moved
        assert application.settle() == "RUNNING"
        newest = ask(kobel, f"{base}/scaling")["evaluations"][0]
        assert newest["inputs"], newest
    finally:
        assert kobel.stop() == 0
