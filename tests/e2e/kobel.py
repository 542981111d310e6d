"""Runs a kobel daemon and drives one application on it, as a user would."""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BINARY = os.environ.get("KOBEL_BINARY", "build/release/kobel")
ROLE = "arn:aws:iam::000000000000:role/test"
SETTLED = ("READY", "RUNNING")
# How long a thing that has to come may take on a slow machine; only a failure waits it out.
PATIENCE_S = 300


def wait_for(condition, what, timeout=PATIENCE_S):
    """Looks until `condition` gives something true; what it gave is the result."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"{what}: not within {timeout} s"
        time.sleep(0.02)


def refused(call, **arguments):
    """The exception and its text of a call that has to be refused."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError("not refused")


class Kobel:
    """One daemon on its own data directory; it can be killed and started again."""

    def __init__(self, data, *options, wrapper=()):
        """`wrapper`: the start of a command line that becomes the daemon."""
        self.data = str(data)
        self.wrapper = wrapper
        # Spares take the processor from what is being tested; test_spares.py asks for them.
        self.options = options if "--spares" in options else (*options, "--spares", "0")
        self.process = None
        os.makedirs(os.path.join(self.data, "s3", "code"), exist_ok=True)
        self.start()

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
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=PATIENCE_S)
        self.log.close()
        return status

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
            if self.data.encode() in line and b"org.apache.flink" in line:
                yield int(os.path.basename(path)), line

    def java_processes(self):
        """Command lines of this data directory's clusters, of the sandboxes around them, too."""
        return [line for _, line in self._processes()]

    def java_pids(self, main_class, directory=""):
        """The JVMs themselves that run a class; of one cluster where its directory is given."""
        return [pid for pid, line in self._processes()
                if line.split(b"\0")[0].endswith(b"/java") and main_class in line and directory.encode() in line]


class Application:
    """One application on a daemon."""

    def __init__(self, kobel, name):
        self.kobel = kobel
        self.name = name

    @property
    def client(self):
        return self.kobel.client

    def put_code(self, jar):
        shutil.copy(jar, os.path.join(self.kobel.data, "s3", "code", f"{self.name}.jar"))

    def create(self, jar, label="first", **configuration):
        self.put_code(jar)
        return self.client.create_application(
            ApplicationName=self.name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
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

    def describe(self):
        return self.client.describe_application(ApplicationName=self.name)["ApplicationDetail"]

    def status(self):
        return self.describe()["ApplicationStatus"]

    def settle(self):
        """Waits for a status that lasts."""
        return wait_for(lambda: self.status() in SETTLED and self.status(), f"{self.name} settles")

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
        """A new object under a new key, as a build pipeline puts it."""
        key = f"{self.name}-{time.monotonic_ns()}.jar"
        shutil.copy(jar, os.path.join(self.kobel.data, "s3", "code", key))
        return {"ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": {"S3ContentLocationUpdate": {"FileKeyUpdate": key}}}}

    def operation(self, operation_id):
        return self.client.describe_application_operation(
            ApplicationName=self.name, OperationId=operation_id)["ApplicationOperationInfoDetails"]

    def snapshots(self):
        return self.client.list_application_snapshots(ApplicationName=self.name)["SnapshotSummaries"]

    def delete(self):
        self.client.delete_application(ApplicationName=self.name, CreateTimestamp=self.describe()["CreateTimestamp"])
        wait_for(self.is_gone, f"{self.name} is gone")

    def is_gone(self):
        try:
            self.describe()
        except self.client.exceptions.ResourceNotFoundException:
            return True
        return False

    def lines(self):
        """What the job has printed, (label, count, milliseconds), oldest cluster first."""
        found = []
        outputs = glob.glob(os.path.join(self.kobel.data, "apps", "*", "clusters", "*", "log", "taskmanager-1.out"))
        # A claimed spare has two names.
        for path in sorted({os.path.realpath(output) for output in outputs}):
            with open(path, errors="replace") as file:
                found += [(m[1], int(m[2]), int(m[3])) for m in re.finditer(r"(\S+) count=(\d+) at=(\d+)", file.read())]
        return sorted(found, key=lambda line: line[2])

    def wait_for_count(self, beyond, label=None):
        """Waits for a record past a count; returns the newest."""
        def newest():
            lines = self.lines()
            return lines and lines[-1][1] > beyond and (label is None or lines[-1][0] == label) and lines[-1]
        return wait_for(newest, f"a count past {beyond} with label {label}")[1]
