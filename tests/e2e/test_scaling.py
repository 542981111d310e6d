"""What is measured of a running job, and what the autoscaler makes of it."""

import json
import os
import subprocess
import time
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


def pretend_a_busy_processor(application):
    """For a while of the service's clock."""
    fault = json.dumps({"fault": "busy-processor", "for": "12h"}).encode()
    urllib.request.urlopen(f"{application.kobel.url}/kobel/v1/applications/{application.name}/faults", data=fault, timeout=PATIENCE_S).close()


def parallelism(**settings):
    return {"ApplicationConfigurationUpdate": {"FlinkApplicationConfigurationUpdate": {"ParallelismConfigurationUpdate": settings}}}


@pytest.fixture
def quick(runtime, tmp_path):
    """A daemon whose minutes pass in two seconds."""
    kobel = Kobel(tmp_path, "--time-scale", "30", "--autoscaling", "msf", "--kpu-limit", "3")
    yield kobel
    assert kobel.stop() == 0
    assert kobel.java_processes() == []


def counted_per_second(application, from_ms, to_ms):
    """What the job itself has printed between two times of the service's clock."""
    kobel = application.kobel
    clock, real_ms = ask(kobel, "/kobel/v1/clock"), time.time() * 1000
    begin, end = (real_ms - (clock["nowMs"] - at_ms) / clock["scale"] for at_ms in (from_ms, to_ms))
    return sum(begin <= at < end for _, _, at in application.lines()) / (end - begin) * 1000


def test_a_running_job_is_measured(quick, jars):
    application = Application(quick, "measured")
    application.create(jars["Counting"])
    application.start()
    base = "/kobel/v1/applications/measured"
    newest = wait_for(lambda: ask(quick, f"{base}/metrics").get("newest", {}).get("app", {}).get("numRecordsInPerSecond")
                      and ask(quick, f"{base}/metrics")["newest"], "rates were measured")
    # A hundred records a second, at most: each takes 10 ms.
    assert 0 < newest["app"]["numRecordsInPerSecond"] < 110
    assert newest["app"]["KPUs"] == 2 and newest["app"]["uptime"] > 0
    assert 0 < newest["app"]["heapMemoryUtilization"] <= 100 and newest["app"]["containerCPUUtilization"] <= 100
    source = next(task for task in newest["tasks"] if task.startswith("Source"))
    # It always has a next record; where what is behind gets no processor, it is held back.
    assert newest["tasks"][source]["busyTimeMsPerSecond"] + newest["tasks"][source]["backPressuredTimeMsPerSecond"] > 800

    series = wait_for(lambda: [one for one in ask(quick, f"{base}/metrics?metric=numRecordsInPerSecond")["series"]
                               if "task" not in one and len(one["points"]) >= 5], "five minutes are on record")
    assert (series[0]["name"], series[0]["unit"]) == ("numRecordsInPerSecond", "Count/Second")
    times, rates = zip(*series[0]["points"])
    assert list(times) == sorted(set(times)) and all(at % 60000 == 0 for at in times) and all(0 <= rate < 110 for rate in rates)
    # The rates are those of the world, however fast the service's minutes pass. The first minute was not a whole one.
    counted = counted_per_second(application, times[1], times[-1] + 60000)
    assert counted / 2 < sum(rates[1:]) / len(rates[1:]) < counted * 2, (rates, counted)
    only = ask(quick, f"{base}/metrics?task={urllib.parse.quote(source)}&from={times[1]}")["series"]
    assert {one["task"] for one in only} == {source} and all(one["points"][0][0] >= times[1] for one in only)

    exposition = text(quick, "/metrics")
    [(labels, rate)] = samples(exposition, "kobel_application_records_in_per_second").items()
    assert 'application="measured"' in labels and 0 < rate < 110
    assert samples(exposition, "kobel_application_memory_bytes")[labels] > 100e6
    # A measurement on a busy machine may lack one of them.
    wait_for(lambda: len(samples(text(quick, "/metrics"), "kobel_application_task_busy_ratio")) == 2, "both tasks are measured")
    assert 'status="RUNNING"' in exposition and "process_resident_memory_bytes" in exposition

    application.stop()
    assert samples(text(quick, "/metrics"), "kobel_application_records_in_per_second") == {}
    explained = ask(quick, f"{base}/scaling")
    assert explained["explanation"].startswith("the application does not run") and explained["evaluations"]
    application.delete()


@pytest.mark.slow
def test_the_rule_of_the_service_doubles_what_burns(quick, jars):
    """15 minutes above 75 % of the processor, in half a minute. How busy a processor looks depends on who else wants it: the daemon is
    told what to see."""
    application = Application(quick, "burning")
    application.create(jars["Counting"], FlinkApplicationConfiguration={"ParallelismConfiguration": {**CUSTOM, "Parallelism": 1}})
    application.start()
    base = "/kobel/v1/applications/burning"
    pretend_a_busy_processor(application)
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
    assert told.startswith("burning is RUNNING with parallelism 2; scaled automatically, msf, from 1 to 3")
    assert "1 to 2 the busiest TaskManager" in " ".join(told.split())

    # What the user says comes before what the autoscaler said.
    application.update(**parallelism(AutoScalingEnabledUpdate=False, ParallelismUpdate=1))
    assert application.settle() == "RUNNING"
    wait_for(lambda: "AutoScalingEnabled is false" in ask(quick, f"{base}/scaling")["explanation"], "it is off")
    application.stop(Force=True)
    application.delete()


def taskmanager_cpu_s(application):
    pid, = application.kobel.java_pids(b"TaskManagerRunner")
    with open(f"/proc/{pid}/stat") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def test_the_processor_is_measured_and_the_clock_can_be_set_forward_over_the_minutes(runtime, jars, tmp_path):
    kobel = Kobel(tmp_path, "--metrics-interval", "1s")
    application = Application(kobel, "waits")
    try:
        application.create(jars["Burning"])
        application.client.tag_resource(ResourceARN=application.describe()["ApplicationARN"], Tags=[{"Key": "kobel:autoscaling", "Value": "msf"}])
        application.start()
        base = "/kobel/v1/applications/waits"

        def newest():
            seen = ask(kobel, f"{base}/scaling?limit=1")["evaluations"]
            return seen and "cpuMaxRatio" in seen[0]["inputs"] and seen[0]["atMs"]
        first_ms, first_s = wait_for(newest, "the processor is seen"), taskmanager_cpu_s(application)
        wait_for(lambda: taskmanager_cpu_s(application) - first_s > 5, "five seconds of the processor are used")
        after_ms = newest()
        last_ms = wait_for(lambda: newest() > after_ms and newest(), "another measurement")
        used_s = taskmanager_cpu_s(application) - first_s
        seen = [one for one in ask(kobel, f"{base}/scaling?limit=400")["evaluations"] if first_ms <= one["atMs"] <= last_ms]
        seen.sort(key=lambda one: one["atMs"])
        measured_s = sum(one["inputs"]["cpuMaxRatio"] * (one["atMs"] - before["atMs"]) / 1000 for before, one in zip(seen, seen[1:]))
        assert 0.6 * used_s < measured_s < 1.4 * used_s, (used_s, seen)

        pretend_a_busy_processor(application)
        wait_for(lambda: ask(kobel, f"{base}/scaling?limit=1")["evaluations"][0]["inputs"]["cpuMaxRatio"] == 1, "the processor is seen to be busy")
        urllib.request.urlopen(f"{kobel.url}/kobel/v1/clock", data=b'{"advance": "16m"}', timeout=PATIENCE_S).close()
        wait_for(lambda: [event for event in ask(kobel, f"{base}/events?limit=1000")["events"] if event["kind"] == "scaling"], "it scales")
        assert application.settle() == "RUNNING"
    finally:
        assert kobel.stop() == 0
    assert os.path.exists(os.path.join(kobel.data, "kobel.db"))
