#!/usr/bin/env python3
"""Records what a real Flink answers, for tests/contract/recorded_replies_test.c: tests/data/flink-<version>/*.json.

    ~/.cache/kobel/venv/bin/python scripts/record_flink_replies.py FLINK-2_2

The runtime has to be installed, kobel to be built for release, and scripts/setup.sh test to have run. Ids, paths, ports, times and
measurements are replaced by constants, so that two recordings of one version are equal. What differs from the keys of the other recorded
versions is printed: those are the places where Flink's interface has changed.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"
BINARY = ROOT / "build" / "release" / "kobel"
os.environ.setdefault("KOBEL_BINARY", str(BINARY))
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from kobel import ROLE, Application, Kobel, wait_for  # noqa: E402
from programs import SOURCES, pack  # noqa: E402

PROGRAMS = ("Counting", "FailsToOpen", "Throws", "NoExecute", "Configures")
REFUSED = {"run-throws": "Throws", "run-noexecute": "NoExecute", "run-configures": "Configures"}
CONFIGURATION = ("parallelism.default", "taskmanager.numberOfTaskSlots", "kobel.instance", "jobmanager.rpc.port", "rest.port")


# --- the application and its Flink ---

def runtime_directory(name):
    listed = subprocess.run([BINARY, "runtime", "list"], check=True, capture_output=True, text=True).stdout
    found = [line.split()[-1] for line in listed.splitlines() if line.split()[:1] == [name]]
    if not found:
        sys.exit(f"{name} is not installed: {BINARY} runtime install {name}")
    return found[0]


def build_jars(runtime, directory):
    sources = [str(SOURCES / f"{name}.java") for name in PROGRAMS]
    subprocess.run(["javac", "-nowarn", "--release", "11", "-d", directory / "classes", "-cp", f"{runtime}/lib/*", *sources], check=True)
    return {name: pack(directory / f"{name}.jar", directory / "classes", f"jobs.{name}") for name in PROGRAMS}


class Flink:
    """The Flink of the only cluster of an application, by its REST interface."""

    def __init__(self, kobel, name, jar, runtime):
        application = Application(kobel, name)
        application.put_code(jar)
        code = {"S3ContentLocation": {"BucketARN": "arn:aws:s3:::code", "FileKey": f"{name}.jar"}}
        checkpoints = {"ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}
        kobel.client.create_application(
            ApplicationName=name, RuntimeEnvironment=runtime, ServiceExecutionRole=ROLE, ApplicationConfiguration={
                "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": code},
                "FlinkApplicationConfiguration": {"CheckpointConfiguration": checkpoints}})
        kobel.client.start_application(ApplicationName=name)
        self.directory = wait_for(lambda: self.find_directory(kobel, name), f"the cluster of {name}")
        port = wait_for(lambda: re.search(r"rest\.port['\"]?: *['\"]?(\d+)", self.configuration()), "its configuration")[1]
        self.url = f"http://127.0.0.1:{port}"
        self.port = int(port)
        self.job = wait_for(lambda: (self.ask("/jobs") or {}).get("jobs"), f"the job of {name}")[0]["id"]

    @staticmethod
    def find_directory(kobel, name):
        with urllib.request.urlopen(f"{kobel.url}/kobel/v1/applications/{name}") as answer:
            clusters = pathlib.Path(kobel.data, "apps", json.load(answer)["id"], "clusters")
        return next(iter(clusters.glob("*")), None) if clusters.exists() else None

    def configuration(self):
        return "".join(path.read_text() for path in (self.directory / "conf").glob("*.yaml"))

    def ask(self, path, body=None):
        """The reply, a refusal too; None while nothing answers."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except OSError:
            return None

    def run_jar(self, jar):
        upload = self.directory / "jars" / "flink-web-upload" / pathlib.Path(jar).name
        upload.write_bytes(pathlib.Path(jar).read_bytes())
        return self.ask(f"/jars/{upload.name}/run", {})

    def savepoint(self):
        directory = self.directory.parents[1] / "snapshots"
        trigger = self.ask(f"/jobs/{self.job}/savepoints", {"target-directory": f"file://{directory}", "cancel-job": False})["request-id"]

        def completed():
            reply = self.ask(f"/jobs/{self.job}/savepoints/{trigger}")
            return reply["status"]["id"] == "COMPLETED" and reply
        return wait_for(completed, "the savepoint")


def checkpoints_of(flink):
    reply = flink.ask(f"/jobs/{flink.job}/checkpoints")
    counts = reply.get("counts", {"completed": 0})
    if counts["completed"] < 2 or counts["in_progress"] > 0:
        return None
    # Those that were asked for before all tasks ran; how many is chance.
    counts["failed"], counts["total"] = 1, counts["completed"] + 1
    return reply


def running_job(flink):
    """Once it is measured, too: before that a busy time is the text NaN, and no figure is complete."""
    reply = flink.ask(f"/jobs/{flink.job}")
    metrics = [vertex["metrics"] for vertex in reply["vertices"] if vertex["status"] == "RUNNING"]
    measured = [one for one in metrics if isinstance(one["accumulated-busy-time"], float) and all(one[key] for key in one if "complete" in key)]
    return len(measured) == len(reply["vertices"]) and reply


def exceptions_of(flink):
    """In the form that kobel asks for where Flink still has it."""
    reply = flink.ask(f"/jobs/{flink.job}/exceptions?maxExceptions=1")
    return reply and (reply.get("root-exception") or reply.get("exceptionHistory", {}).get("entries")) and reply


def record(kobel, jars, runtime):
    """The replies by the name of their file, and the Flink that gave each."""
    flink = Flink(kobel, "counting", jars["Counting"], runtime)
    replies = {"checkpoints": wait_for(lambda: checkpoints_of(flink), "two checkpoints"),
               "job-running": wait_for(lambda: running_job(flink), "all vertices are RUNNING"),
               "taskmanagers": flink.ask("/taskmanagers")}
    settings = {one["key"]: one["value"] for one in flink.ask("/jobmanager/config")}
    replies["jobmanager-config"] = [{"key": key, "value": settings[key]} for key in CONFIGURATION]
    replies.update({name: flink.run_jar(jars[program]) for name, program in REFUSED.items()})
    replies["savepoint-completed"] = flink.savepoint()
    failing = Flink(kobel, "failing", jars["FailsToOpen"], runtime)
    found = {name: (reply, flink) for name, reply in replies.items()}
    found["exceptions"] = wait_for(lambda: exceptions_of(failing), "the job has failed"), failing
    return found


# --- what differs from recording to recording ---

JOB, APPLICATION, INSTANCE, GROUP = "9cfb4c5f3d69a838f403c34526a5185e", "466b114c7a3cabcb", "id-65953d1a279b0a3c1fc2bf114bda0ad5", 40 * "0"
FIRST_PORT, FIRST_MS, MEASURED = 17144, 1795478440000, 100
SUBSTITUTES = ((r"savepoint-[0-9a-f]{6}-[0-9a-f]{12}", f"savepoint-{JOB[:6]}-45ae7eae08ae"), (r"\bid-[0-9a-f]{32}\b", INSTANCE),
               (r"(Lambda[$/]*)\d+(/0x[0-9a-f]+)?", r"\g<1>1"))
# Measurements of the machine and of the moment, by their keys and by the keys of the objects that hold nothing else.
KEYS_MEASURED = ("duration", "checkpointed_size", "state_size", "end_to_end_duration", "persisted_data", "processed_data", "timeSinceLastHeartbeat")
OBJECTS_MEASURED = ("metrics", "summary", "hardware")


def with_constants(text, data_directory, flink):
    """The text of a reply with the names of this run replaced."""
    application = flink.directory.parents[1].name
    text = text.replace(str(data_directory), "/data").replace(flink.job, JOB).replace(application, APPLICATION)
    for pattern, substitute in SUBSTITUTES:
        text = re.sub(pattern, substitute, text)
    return re.sub(rf"\b({'|'.join(str(flink.port + offset) for offset in range(8))})\b", lambda found: str(FIRST_PORT + int(found[1]) - flink.port), text)


def is_time(value):
    return isinstance(value, int) and value > 10**12


def numbers(value):
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, (int, float)) else [number for child in children for number in numbers(child)]


def steady(value, key="", is_measured=False, times=None):
    """Times by their order, a second apart; one number for all measurements."""
    if isinstance(value, dict):
        return {name: steady(child, name, is_measured or name in OBJECTS_MEASURED, times) for name, child in value.items()}
    if isinstance(value, list):
        return [steady(child, key, is_measured, times) for child in value]
    if key == "slotSharingGroupId":
        return GROUP[:len(value)]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return value
    if is_time(value) and key != "timeSinceLastHeartbeat":
        return FIRST_MS + 1000 * times.index(value)
    return type(value)(MEASURED) if is_measured or key in KEYS_MEASURED else value


def written(reply, data_directory, flink):
    reply = json.loads(with_constants(json.dumps(reply), data_directory, flink))
    times = sorted({number for number in numbers(reply) if is_time(number)})
    return json.dumps(steady(reply, times=times), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


# --- what another version answers otherwise ---

def paths(value, path=""):
    if isinstance(value, dict):
        return {path}.union(*(paths(child, f"{path}.{name}") for name, child in value.items()))
    if isinstance(value, list):
        return {path}.union(*(paths(child, f"{path}[]") for child in value))
    return {path}


def compare(name, text, other):
    if not (other / f"{name}.json").exists():
        return
    new, old = paths(json.loads(text)), paths(json.loads((other / f"{name}.json").read_text()))
    for what, which in (("new", new - old), ("gone", old - new)):
        if which:
            print(f"{name}.json beside {other.name}: {what} {', '.join(sorted(which))}")


def main():
    if len(sys.argv) != 2 or not re.fullmatch(r"FLINK-\d+_\d+", sys.argv[1]):
        sys.exit("usage: scripts/record_flink_replies.py FLINK-<major>_<minor>")
    name = sys.argv[1]
    directory = DATA / name.lower().replace("_", ".")
    others = sorted(DATA.glob("flink-*"))
    with tempfile.TemporaryDirectory(prefix="kobel-record") as work:
        work = pathlib.Path(work)
        jars = build_jars(runtime_directory(name), work)
        kobel = Kobel(work / "data")
        try:
            replies = record(kobel, jars, name)
        finally:
            kobel.stop()
        directory.mkdir(exist_ok=True)
        for file, (reply, flink) in sorted(replies.items()):
            text = written(reply, work / "data", flink)
            for other in others:
                compare(file, text, other)
            (directory / f"{file}.json").write_text(text)
    print(f"{len(replies)} replies in {directory.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
