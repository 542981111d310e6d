"""Runs a kobel daemon, and an application on it, as a user does."""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BINARY = os.environ.get("KOBEL_BINARY", "build/release/kobel")
ROLE = "arn:aws:iam::000000000000:role/test"
SETTLED = ("READY", "RUNNING")
# The limit of every wait, for a slow machine. Only a test that fails waits so long.
PATIENCE_S = 300


def wait_for(condition, what, timeout=PATIENCE_S):
    """Polls `condition` until its result is true, and returns that."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"{what}: not within {timeout} s"
        time.sleep(0.02)


def refused(call, **arguments):
    """The exception and the message of a call that has to be refused."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError("not refused")


def processor_s(pid):
    """The processor time of a process with all its threads, in seconds."""
    with open(f"/proc/{pid}/stat") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Kobel:
    """A daemon with its data directory. It can be killed and started again.

    As a context manager it is stopped at the end, has to end with status 0, and must not leave processes.
    """

    def __init__(self, data, *options, wrapper=()):
        """`wrapper`: a command that executes the rest of its command line, which is the daemon."""
        self.data = str(data)
        self.wrapper = wrapper
        # Spares use the processor, which would disturb most tests; test_spares.py enables them.
        self.options = options if "--spares" in options else (*options, "--spares", "0")
        self.process = None
        os.makedirs(os.path.join(self.data, "s3", "code"), exist_ok=True)
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            assert self.stop() == 0
        assert self.java_processes() == []

    def start(self):
        ready = os.path.join(self.data, "ready.json")
        if os.path.exists(ready):
            os.remove(ready)
        self.log = open(os.path.join(self.data, "daemon.log"), "a")
        self.process = subprocess.Popen(
            [*self.wrapper, BINARY, "serve", "--port", "0", "--ready-file", ready, "--data", self.data, "--log-level", "debug", *self.options],
            stdout=subprocess.DEVNULL, stderr=self.log)
        wait_for(lambda: os.path.exists(ready) or self.process.poll() is not None, "the daemon is ready")
        assert self.process.poll() is None, open(os.path.join(self.data, "daemon.log")).read()
        with open(ready) as file:
            self.url = json.load(file)["url"]
        self.client = boto3.client(
            "kinesisanalyticsv2", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test", config=Config(retries={"max_attempts": 1}, read_timeout=PATIENCE_S))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        """Sends SIGTERM and returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=PATIENCE_S)
        self.log.close()
        return status

    def request(self, path, body=None, method=None, timeout=PATIENCE_S, **headers):
        """A request of any kind: status, headers and body of the answer."""
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def ask(self, path, body=None):
        """Status and JSON of an answer of the API /kobel/v1. With a body it is a POST."""
        status, _, answer = self.request(path, None if body is None else json.dumps(body).encode())
        return status, json.loads(answer)

    def get(self, path):
        """The JSON of a successful answer of the API /kobel/v1."""
        status, answer = self.ask(path)
        assert status == 200, (status, answer)
        return answer

    def clusters(self):
        return self.get("/kobel/v1/status")["clusters"]

    def wait_for_spare(self):
        """The id of a primed spare."""
        return wait_for(lambda: next((one["id"] for one in self.clusters() if one.get("spare") == "READY"), None), "a spare is primed")

    def environment(self):
        return {**os.environ, "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": ""}

    def _processes(self):
        for path in glob.glob("/proc/[0-9]*"):
            try:
                with open(f"{path}/cmdline", "rb") as file:
                    line = file.read()
            except OSError:
                continue
            if self.data.encode() in line and (b"org.apache.flink" in line or b"kobel.Inspector" in line):
                yield int(os.path.basename(path)), line

    def java_processes(self):
        """Command lines of all processes of clusters and of programs that are inspected, those of their sandboxes too."""
        return [line for _, line in self._processes()]

    def java_pids(self, main_class, directory=""):
        """Process ids of the JVMs that run a class; those of one cluster where its directory is given."""
        return [pid for pid, line in self._processes()
                if line.split(b"\0")[0].endswith(b"/java") and main_class in line and directory.encode() in line]


class Application:
    """An application on a daemon."""

    def __init__(self, kobel, name):
        self.kobel = kobel
        self.name = name

    @property
    def client(self):
        return self.kobel.client

    # --- kobel's own API ---

    @property
    def path(self):
        return f"/kobel/v1/applications/{self.name}"

    def show(self):
        return self.kobel.get(self.path)

    def events(self, kind=None):
        """The history; events of one kind where it is given."""
        events = self.kobel.get(f"{self.path}/events?limit=1000")["events"]
        return [event for event in events if kind in (None, event["kind"])]

    def inject(self, fault, **more):
        """Injects a fault, and returns the status of the answer."""
        return self.kobel.ask(f"{self.path}/faults", {"fault": fault, **more})[0]

    def wait_for_checkpoint(self):
        return wait_for(lambda: self.show()["lastCheckpoint"], "a checkpoint is recorded")

    # --- the API of the service ---

    def put_code(self, jar):
        shutil.copy(jar, os.path.join(self.kobel.data, "s3", "code", f"{self.name}.jar"))

    def create(self, jar, label="first", runtime="FLINK-1_20", **configuration):
        self.put_code(jar)
        return self.client.create_application(
            ApplicationName=self.name, RuntimeEnvironment=runtime, ServiceExecutionRole=ROLE,
            ApplicationConfiguration={
                "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
                    "BucketARN": "arn:aws:s3:::code", "FileKey": f"{self.name}.jar"}}},
                "EnvironmentProperties": self.properties(label),
                "FlinkApplicationConfiguration": {"CheckpointConfiguration": {
                    "ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100}},
                **configuration})["ApplicationDetail"]

    @staticmethod
    def properties(label):
        return {"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"label": label}}]}

    def create_without_code(self):
        self.client.create_application(ApplicationName=self.name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE)

    def describe(self):
        return self.client.describe_application(ApplicationName=self.name)["ApplicationDetail"]

    def status(self):
        return self.describe()["ApplicationStatus"]

    def settle(self):
        """Waits until it is READY or RUNNING, and returns which."""
        return wait_for(lambda: self.status() in SETTLED and self.status(), f"{self.name} is READY or RUNNING")

    def start(self, **arguments):
        operation = self.client.start_application(ApplicationName=self.name, **arguments)["OperationId"]
        assert self.settle() == "RUNNING", self.operation(operation)
        return operation

    def stop(self, **arguments):
        operation = self.client.stop_application(ApplicationName=self.name, **arguments)["OperationId"]
        assert self.settle() == "READY"
        return operation

    def update(self, **arguments):
        version = self.describe()["ApplicationVersionId"]
        return self.client.update_application(
            ApplicationName=self.name, CurrentApplicationVersionId=version, **arguments)["OperationId"]

    def update_configuration(self, **configuration):
        return self.update(ApplicationConfigurationUpdate=configuration)

    def new_code(self, jar):
        """Puts a new object under a new key, as a build pipeline does, and returns the update to it."""
        key = f"{self.name}-{time.monotonic_ns()}.jar"
        shutil.copy(jar, os.path.join(self.kobel.data, "s3", "code", key))
        return {"ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": {"S3ContentLocationUpdate": {"FileKeyUpdate": key}}}}

    def operation(self, operation_id):
        return self.client.describe_application_operation(
            ApplicationName=self.name, OperationId=operation_id)["ApplicationOperationInfoDetails"]

    def snapshots(self):
        """All of them, the newest first: the service lists the oldest first."""
        pages = self.client.get_paginator("list_application_snapshots").paginate(ApplicationName=self.name)
        return [snapshot for page in pages for snapshot in page["SnapshotSummaries"]][::-1]

    def try_snapshot(self, name):
        """Takes a snapshot, and returns whether it becomes READY or FAILED."""
        self.client.create_application_snapshot(ApplicationName=self.name, SnapshotName=name)

        def end():
            status = next(one["SnapshotStatus"] for one in self.snapshots() if one["SnapshotName"] == name)
            return status != "CREATING" and status
        return wait_for(end, f"snapshot {name} is READY or FAILED")

    def try_snapshot_or_none(self, name):
        """The same; None: it is refused."""
        try:
            return self.try_snapshot(name)
        except ClientError:
            return None

    def take_snapshot(self, name):
        assert self.try_snapshot(name) == "READY"

    def delete(self):
        self.client.delete_application(ApplicationName=self.name, CreateTimestamp=self.describe()["CreateTimestamp"])
        wait_for(self.is_gone, f"{self.name} is deleted")

    def is_gone(self):
        try:
            self.describe()
        except self.client.exceptions.ResourceNotFoundException:
            return True
        return False

    def lines(self):
        """The lines that the job has printed, as (label, count, milliseconds), the oldest first."""
        found = []
        outputs = glob.glob(os.path.join(self.kobel.data, "apps", "*", "clusters", "*", "log", "taskmanager-1.out"))
        # The directory of a claimed spare has two names.
        for path in sorted({os.path.realpath(output) for output in outputs}):
            with open(path, errors="replace") as file:
                found += [(m[1], int(m[2]), int(m[3])) for m in re.finditer(r"(\S+) count=(\d+) at=(\d+)", file.read())]
        return sorted(found, key=lambda line: line[2])

    def wait_for_count(self, beyond, label=None):
        """Waits for a count above `beyond`, and returns the newest."""
        def newest():
            lines = self.lines()
            return lines and lines[-1][1] > beyond and (label is None or lines[-1][0] == label) and lines[-1]
        return wait_for(newest, f"a count above {beyond} with label {label}")[1]
