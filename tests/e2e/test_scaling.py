"""Measurements of a running job, and the decisions of the autoscaler."""

import subprocess
import time
import urllib.parse

import pytest

from kobel import BINARY, Application, Kobel, processor_s, wait_for

CUSTOM = {"ConfigurationType": "CUSTOM", "ParallelismPerKPU": 1}


def text(kobel, path):
    return kobel.request(path)[2].decode()


def samples(exposition, metric):
    """The samples of a metric in the text for Prometheus, by labels."""
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
    """A daemon with a clock on which a minute takes two seconds."""
    with Kobel(tmp_path, "--time-scale", "30", "--autoscaling", "msf", "--kpu-limit", "3") as kobel:
        yield kobel


def counted_per_second(application, from_ms, to_ms):
    """The lines that the job printed between two times of the clock of the service, per second."""
    kobel = application.kobel
    clock, real_ms = kobel.get("/kobel/v1/clock"), time.time() * 1000
    begin, end = (real_ms - (clock["nowMs"] - at_ms) / clock["scale"] for at_ms in (from_ms, to_ms))
    return sum(begin <= at < end for _, _, at in application.lines()) / (end - begin) * 1000


def test_a_running_job_is_measured(quick, jars):
    application = Application(quick, "measured")
    application.create(jars["Counting"])
    application.start()
    base = "/kobel/v1/applications/measured"
    newest = wait_for(lambda: quick.get(f"{base}/metrics").get("newest", {}).get("app", {}).get("numRecordsInPerSecond")
                      and quick.get(f"{base}/metrics")["newest"], "rates were measured")
    # At most a hundred records a second: each takes 10 ms.
    assert 0 < newest["app"]["numRecordsInPerSecond"] < 110
    assert newest["app"]["KPUs"] == 2 and newest["app"]["uptime"] > 0
    assert 0 < newest["app"]["heapMemoryUtilization"] <= 100 and newest["app"]["containerCPUUtilization"] <= 100
    source = next(task for task in newest["tasks"] if task.startswith("Source"))

    def occupied():
        task = quick.get(f"{base}/metrics")["newest"]["tasks"].get(source, {})
        return task.get("busyTimeMsPerSecond", 0) + task.get("backPressuredTimeMsPerSecond", 0)
    # It always has a next record: it is busy, or held back by the next vertex. On a busy machine it waits for a processor, too.
    wait_for(lambda: occupied() > 800, "the source is measured as busy or held back")

    series = wait_for(lambda: [one for one in quick.get(f"{base}/metrics?metric=numRecordsInPerSecond")["series"]
                               if "task" not in one and len(one["points"]) >= 5], "five minutes are recorded")
    assert (series[0]["name"], series[0]["unit"]) == ("numRecordsInPerSecond", "Count/Second")
    times, rates = zip(*series[0]["points"])
    assert list(times) == sorted(set(times)) and all(at % 60000 == 0 for at in times) and all(0 <= rate < 110 for rate in rates)
    # Rates are those of real time, not of the clock of the service. The first minute is incomplete.
    counted = counted_per_second(application, times[1], times[-1] + 60000)
    assert counted / 2 < sum(rates[1:]) / len(rates[1:]) < counted * 2, (rates, counted)
    only = quick.get(f"{base}/metrics?task={urllib.parse.quote(source)}&from={times[1]}")["series"]
    assert {one["task"] for one in only} == {source} and all(one["points"][0][0] >= times[1] for one in only)

    exposition = text(quick, "/metrics")
    [(labels, rate)] = samples(exposition, "kobel_application_records_in_per_second").items()
    assert 'application="measured"' in labels and 0 < rate < 110
    assert samples(exposition, "kobel_application_memory_bytes")[labels] > 100e6
    # On a busy machine one of them may be missing in a measurement.
    wait_for(lambda: len(samples(text(quick, "/metrics"), "kobel_application_task_busy_ratio")) == 2, "both tasks are measured")
    assert 'status="RUNNING"' in exposition and "process_resident_memory_bytes" in exposition

    application.stop()
    assert samples(text(quick, "/metrics"), "kobel_application_records_in_per_second") == {}
    explained = quick.get(f"{base}/scaling")
    assert explained["explanation"].startswith("the application does not run") and explained["evaluations"]
    application.delete()


@pytest.mark.slow
def test_the_policy_of_the_service_doubles_a_busy_job(quick, jars):
    """15 minutes above 75 % of the processor, in half a minute. A fault makes the processor look busy, as other processes would disturb
    a real measurement."""
    application = Application(quick, "burning")
    application.create(jars["Counting"], FlinkApplicationConfiguration={"ParallelismConfiguration": {**CUSTOM, "Parallelism": 1}})
    application.start()
    base = "/kobel/v1/applications/burning"
    assert application.inject("busy-processor", **{"for": "12h"}) == 200
    wait_for(lambda: quick.get(f"{base}/scaling")["evaluations"], "it is evaluated")
    before = quick.get(f"{base}/scaling")
    assert (before["policy"], before["enabled"], before["floor"], before["ceiling"]) == ("msf", True, 1, 3)
    assert "it doubles after 15 minutes" in before["explanation"]
    wait_for(lambda: application.describe()["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"]
             ["ParallelismConfigurationDescription"]["CurrentParallelism"] == 2 and application.status() == "RUNNING", "it runs with parallelism 2")
    detail = application.describe()
    flink = detail["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"]["ParallelismConfigurationDescription"]
    assert (detail["ApplicationVersionId"], flink["Parallelism"], flink["CurrentParallelism"]) == (1, 1, 2)
    assert application.snapshots()[0]["SnapshotName"].startswith("AUTOSCALING-burning-")
    operations = application.client.list_application_operations(ApplicationName="burning")["ApplicationOperationInfoList"]
    assert (operations[0]["Operation"], operations[0]["OperationStatus"]) == ("AutoScaling", "SUCCESSFUL")
    [moved] = application.events("scaling")
    assert (moved["from"], moved["to"], moved["reason"]) == (1, 2, "up")

    printed = subprocess.run([BINARY, "explain", "burning", "--url", quick.url], capture_output=True, text=True, check=True).stdout
    assert printed.startswith("burning is RUNNING with parallelism 2; scaled automatically, msf, from 1 to 3")
    assert "1 to 2 the busiest TaskManager" in " ".join(printed.split())

    # The user overrides the autoscaler.
    application.update(**parallelism(AutoScalingEnabledUpdate=False, ParallelismUpdate=1))
    assert application.settle() == "RUNNING"
    wait_for(lambda: "AutoScalingEnabled is false" in quick.get(f"{base}/scaling")["explanation"], "it is off")
    application.stop(Force=True)
    application.delete()


def taskmanager_s(application):
    pid, = application.kobel.java_pids(b"TaskManagerRunner")
    return processor_s(pid)


def test_the_processor_is_measured_and_minutes_count_when_the_clock_is_advanced(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--metrics-interval", "1s") as kobel:
        application = Application(kobel, "waits")
        application.create(jars["Burning"])
        application.client.tag_resource(ResourceARN=application.describe()["ApplicationARN"], Tags=[{"Key": "kobel:autoscaling", "Value": "msf"}])
        application.start()
        base = "/kobel/v1/applications/waits"

        def newest():
            seen = kobel.get(f"{base}/scaling?limit=1")["evaluations"]
            return seen and "cpuMaxRatio" in seen[0]["inputs"] and seen[0]["atMs"]
        first_ms, first_s = wait_for(newest, "the processor is measured"), taskmanager_s(application)
        wait_for(lambda: taskmanager_s(application) - first_s > 5, "five seconds of the processor are used")
        after_ms = newest()
        last_ms = wait_for(lambda: newest() > after_ms and newest(), "another measurement")
        used_s = taskmanager_s(application) - first_s
        seen = [one for one in kobel.get(f"{base}/scaling?limit=400")["evaluations"] if first_ms <= one["atMs"] <= last_ms]
        seen.sort(key=lambda one: one["atMs"])
        measured_s = sum(one["inputs"]["cpuMaxRatio"] * (one["atMs"] - before["atMs"]) / 1000 for before, one in zip(seen, seen[1:]))
        assert 0.6 * used_s < measured_s < 1.4 * used_s, (used_s, seen)

        assert application.inject("busy-processor", **{"for": "12h"}) == 200
        wait_for(lambda: kobel.get(f"{base}/scaling?limit=1")["evaluations"][0]["inputs"]["cpuMaxRatio"] == 1, "the processor is measured as busy")
        assert kobel.ask("/kobel/v1/clock", {"advance": "16m"})[0] == 200
        wait_for(lambda: application.events("scaling"), "it scales")
        assert application.settle() == "RUNNING"
