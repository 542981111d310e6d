"""Programs beside each other on one machine: daemons that share a range of ports, and strangers on it."""

import concurrent.futures
import contextlib
import glob
import http.server
import json
import os
import queue
import re
import shutil
import socket
import subprocess
import threading
import urllib.request

from kobel import BINARY, Application, Kobel, wait_for


def configured_port(kobel, key):
    """A port of the one cluster that is being launched, as soon as its configuration is there."""
    def look():
        for path in glob.glob(os.path.join(kobel.data, "apps", "*", "clusters", "*", "conf", "config.yaml")):
            with open(path) as file, contextlib.suppress(OSError):
                found = re.search(rf"^{re.escape(key)}: (\d+)$", file.read(), re.M)
                if found:
                    return int(found[1])
        return None

    return wait_for(look, f"{key} of a cluster")


def events_of(kobel, name):
    with urllib.request.urlopen(f"{kobel.url}/kobel/v1/applications/{name}/events") as reply:
        return json.load(reply)["events"]


def test_a_port_that_a_stranger_took_is_no_failure(own, jars):
    """A program that knows nothing of kobel listens where the JobManager was going to."""
    application = Application(own, "clash")
    application.create(jars["Counting"])
    operation = application.client.start_application(ApplicationName="clash")["OperationId"]
    port = configured_port(own, "jobmanager.rpc.port")
    with socket.create_server(("127.0.0.1", port)):
        assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    application.wait_for_count(3)
    messages = [event["message"] for event in events_of(own, "clash")]
    assert messages.count("PREPARE of a START") == 1, "it was told of"
    assert configured_port(own, "jobmanager.rpc.port") != port


class OtherFlink(http.server.BaseHTTPRequestHandler):
    """A JobManager that is ready for anything, and somebody else's."""

    def do_GET(self):
        answers = {
            "/overview": {"taskmanagers": 1, "slots-total": 8, "slots-available": 8},
            "/taskmanagers": {"taskmanagers": [{"id": "flink-taskmanager-1-1", "dataPort": self.server.server_port + 5,
                                                "slotsNumber": 8}]},
            "/jobmanager/config": [{"key": "kobel.instance", "value": "id-0"}],
        }
        self.answer(answers.get(self.path.split("?")[0], {}))

    def do_POST(self):
        self.server.posted.append(self.path)
        self.answer({})

    def answer(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_another_ones_jobmanager_is_never_used(own, jars):
    application = Application(own, "other")
    application.create(jars["Counting"])
    application.client.start_application(ApplicationName="other")
    port = configured_port(own, "rest.port")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), OtherFlink)
    server.posted = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert application.settle() == "RUNNING"
        application.wait_for_count(3)
        assert server.posted == []
    finally:
        server.shutdown()
        server.server_close()


def recoveries(kobel):
    with urllib.request.urlopen(f"{kobel.url}/kobel/v1/status") as reply:
        return [app["recoveries"] for app in json.load(reply)["apps"]]


def test_a_data_directory_whose_path_is_part_of_anothers(runtime, jars, tmp_path):
    """/x/k and /x/o/x/k: what a daemon sweeps at its start and its end is its own."""
    inner = Kobel(f"{tmp_path}/o{tmp_path}/k")
    try:
        application = Application(inner, "first")
        application.create(jars["Counting"])
        application.start()
        count = application.wait_for_count(5)
        pids = inner.java_pids(b"org.apache.flink")
        second = Kobel(f"{tmp_path}/k")
        assert second.stop() == 0
        application.wait_for_count(count + 5)
        assert recoveries(inner) == [0]
        assert inner.java_pids(b"org.apache.flink") == pids
    finally:
        assert inner.stop() == 0
    assert inner.java_processes() == []


def test_a_runtime_that_an_application_runs_on_is_not_removed(runtime, jars, tmp_path):
    # A small copy of the directory: its files are the installed ones.
    runtimes = tmp_path / "runtimes"
    shutil.copytree(runtime, runtimes / "FLINK-1_20", copy_function=os.link if same_disk(runtime, tmp_path) else shutil.copy2)

    def remove(*options):
        return subprocess.run([BINARY, "runtime", "remove", "FLINK-1_20", "--runtimes", str(runtimes), *options],
                              capture_output=True, text=True)

    kobel = Kobel(tmp_path / "data", "--runtimes", str(runtimes), "--spares", "1")
    application = Application(kobel, "user")
    application.create(jars["Counting"])
    application.start()
    count = application.wait_for_count(5)
    refused = remove()
    assert refused.returncode == 1 and "an application of a daemon that works runs on it" in refused.stderr
    kobel.kill()
    kobel.start()

    def is_brought_back():
        with urllib.request.urlopen(f"{kobel.url}/kobel/v1/applications/user") as reply:
            return json.load(reply)["current"]["health"] in ("BOOTING", "READY")
    wait_for(is_brought_back, "another cluster is launched: the runtime is needed")
    assert remove().returncode == 1
    application.wait_for_count(count)
    application.stop(Force=True)
    removed = remove()
    assert removed.returncode == 0, removed.stderr
    assert removed.stdout == f"runtime FLINK-1_20 (Flink 1.20.3) is removed from {runtimes}\n"
    assert not (runtimes / "FLINK-1_20").exists()
    application.client.start_application(ApplicationName="user")
    assert application.settle() == "READY"
    assert kobel.stop() == 0


def same_disk(left, right):
    return os.stat(left).st_dev == os.stat(right).st_dev


LIVES = int(os.environ.get("KOBEL_TEST_LIVES", "3"))
DAEMONS = min(10, LIVES + 2)
AT_A_TIME = min(10, max(2, LIVES // 5))


def live(kobel, jar, number):
    """One application from its creation to its deletion; no count is missing or there twice."""
    application = Application(kobel, f"life-{number}")
    application.create(jar)
    operation = application.client.start_application(ApplicationName=application.name)["OperationId"]
    assert application.settle() == "RUNNING", application.operation(operation)
    count = application.wait_for_count(5, "first")
    operation = application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL", application.operation(operation)
    application.wait_for_count(count, "second")
    operation = application.client.stop_application(ApplicationName=application.name)["OperationId"]
    assert application.settle() == "READY"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL", application.operation(operation)
    counts = sorted(line[1] for line in application.lines())
    assert counts == list(range(1, len(counts) + 1))
    # A machine that has too much to do may let a boot time out, which is tried again; nobody else's program is ever met.
    assert not [event for event in events_of(kobel, application.name) if "another" in json.dumps(event)]
    application.delete()


def test_lives_on_daemons_beside_each_other(runtime, jars, tmp_path):
    """Daemons that share a range of ports take applications through their lives at the same time, and nothing fails, not even once:
    3 lives here; KOBEL_TEST_LIVES=50 makes them 50, ten at a time on ten daemons."""
    kobels = [Kobel(tmp_path / f"daemon-{index}", "--cluster-ports", "21100-24099", "--spares", str(index % 2)) for index in range(DAEMONS)]
    idle = queue.SimpleQueue()
    for kobel in kobels:
        idle.put(kobel)

    def one(number):
        kobel = idle.get()
        try:
            live(kobel, jars["Counting"], number)
        finally:
            idle.put(kobel)

    try:
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            for _ in pool.map(one, range(LIVES)):
                pass
        assert [recoveries(kobel) for kobel in kobels] == [[]] * DAEMONS
    finally:
        statuses = [kobel.stop() for kobel in kobels]
    assert statuses == [0] * DAEMONS
    assert [kobel.java_processes() for kobel in kobels] == [[]] * DAEMONS
