"""Plain Flink on this machine, started as its own scripts do, to compare kobel with."""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from kobel import PATIENCE_S, wait_for

MODULES = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in (
    "java.lang", "java.net", "java.io", "java.nio", "sun.nio.ch", "java.lang.reflect", "java.text", "java.time", "java.util",
    "java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks")]


class HeldPort:
    """A TCP port that no other process gets until it is released. A socket that does not listen holds it, and the JVM can listen on
    it nevertheless, as both set SO_REUSEADDR."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.number = self.socket.getsockname()[1]

    def release(self):
        self.socket.close()


def end_server(process, log, ports):
    """Ends a server with held ports, and closes the file that gets its output."""
    process.kill()
    process.wait()
    log.close()
    for held in ports:
        held.release()


class PlainFlink:
    """A JobManager and a TaskManager with the flags and memory of Flink's own scripts, without class-data archives."""

    def __init__(self, runtime, work, settings=()):
        self.work = work
        self.ports = [HeldPort(), HeldPort()]
        self.rest = self.ports[0].number
        os.makedirs(work / "conf", exist_ok=True)
        os.makedirs(work / "flink-web-upload", exist_ok=True)
        (work / "conf" / "config.yaml").write_text("\n".join([
            "jobmanager.rpc.address: 127.0.0.1", f"jobmanager.rpc.port: {self.ports[1].number}", f"rest.port: {self.rest}",
            f"rest.bind-port: {self.rest}", "taskmanager.host: 127.0.0.1", f"web.upload.dir: {work}", f"io.tmp.dirs: {work}",
            "state.backend.type: rocksdb", f"execution.checkpointing.dir: file://{work}/checkpoints",
            "taskmanager.cpu.cores: 1.0", "taskmanager.memory.task.heap.size: 384m", "taskmanager.memory.framework.heap.size: 128m",
            "taskmanager.memory.managed.size: 512m", "taskmanager.memory.network.min: 128m", "taskmanager.memory.network.max: 128m",
            "taskmanager.memory.task.off-heap.size: 0m", "taskmanager.memory.framework.off-heap.size: 128m",
            "taskmanager.memory.jvm-metaspace.size: 256m",
            "taskmanager.memory.jvm-overhead.min: 192m", "taskmanager.memory.jvm-overhead.max: 192m", *settings, ""]))
        jars = sorted(glob.glob(f"{runtime}/lib/*.jar"), key=lambda jar: ("flink-dist" in jar, jar))
        self.class_path = ":".join(jars)
        self.processes = []

    def java(self, heap, main_class):
        self.processes.append(subprocess.Popen(
            ["java", f"-Xmx{heap}m", f"-Xms{heap}m", "-XX:MaxMetaspaceSize=256m", *MODULES, "-classpath", self.class_path, main_class,
             "--configDir", str(self.work / "conf")], stdout=open(self.work / "out.log", "a"), stderr=subprocess.STDOUT))

    def get(self, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.rest}{path}", data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def run(self, jar, savepoint=None, arguments=None):
        """Runs a job. Returns the seconds from the first process to all vertices RUNNING, and the id of the job."""
        began = time.monotonic()
        self.java(1024, "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint")
        wait_for(lambda: self.get("/overview"), "REST")
        self.java(512, "org.apache.flink.runtime.taskexecutor.TaskManagerRunner")
        wait_for(lambda: (self.get("/overview") or {}).get("slots-total"), "slots")
        shutil.copy(jar, self.work / "flink-web-upload" / "job.jar")
        job = self.get("/jars/job.jar/run", {
            "flinkConfiguration": {"execution.checkpointing.interval": "1 s"}, **({"savepointPath": savepoint} if savepoint else {}),
            **({"programArgsList": [arguments]} if arguments else {})})["jobid"]
        wait_for(lambda: all(v["status"] == "RUNNING" for v in (self.get(f"/jobs/{job}") or {"vertices": [{"status": ""}]})["vertices"]), "RUNNING")
        return time.monotonic() - began, job

    def savepoint(self, job):
        """Takes a savepoint, and returns the seconds."""
        began = time.monotonic()
        trigger = self.get(f"/jobs/{job}/savepoints", {"target-directory": f"file://{self.work}/savepoints", "cancel-job": False})["request-id"]
        wait_for(lambda: (self.get(f"/jobs/{job}/savepoints/{trigger}") or {"status": {"id": ""}})["status"]["id"] == "COMPLETED", "savepoint")
        return time.monotonic() - began

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGKILL)
            process.wait()
        for held in self.ports:
            held.release()
