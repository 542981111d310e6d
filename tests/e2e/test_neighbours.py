"""Several daemons on one machine that share a range of TCP ports, and other programs that use ports of it."""

import concurrent.futures
import contextlib
import glob
import http.server
import json
import os
import queue
import re
import socket
import subprocess
import threading

from kobel import BINARY, Application, Kobel, wait_for


def configured_port(kobel, key):
    """A port of the cluster that is being launched, from its configuration."""
    def look():
        for path in glob.glob(os.path.join(kobel.data, "apps", "*", "clusters", "*", "conf", "config.yaml")):
            with open(path) as file, contextlib.suppress(OSError):
                found = re.search(rf"^{re.escape(key)}: (\d+)$", file.read(), re.M)
                if found:
                    return int(found[1])
        return None

    return wait_for(look, f"{key} of a cluster")


def test_a_start_survives_a_port_that_another_program_uses(own, jars):
    """Another program listens on the port that was chosen for the JobManager."""
    application = Application(own, "clash")
    application.create(jars["Counting"])
    operation = application.client.start_application(ApplicationName="clash")["OperationId"]
    port = configured_port(own, "jobmanager.rpc.port")
    with socket.create_server(("127.0.0.1", port)):
        assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    application.wait_for_count(3)
    messages = [event["message"] for event in application.events()]
    assert messages.count("PREPARE of a START") == 1, "the failure was reported"
    assert configured_port(own, "jobmanager.rpc.port") != port


class OtherFlink(http.server.BaseHTTPRequestHandler):
    """A JobManager of another Flink cluster, which is ready."""

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


def test_the_jobmanager_of_another_cluster_is_never_used(own, jars):
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


def test_a_daemon_does_not_touch_a_data_directory_whose_path_contains_its_own(runtime, jars, tmp_path):
    """/x/k and /x/o/x/k: at its start and its end a daemon kills only its own processes."""
    with Kobel(f"{tmp_path}/o{tmp_path}/k") as inner:
        application = Application(inner, "first")
        application.create(jars["Counting"])
        application.start()
        count = application.wait_for_count(5)
        pids = inner.java_pids(b"org.apache.flink")
        second = Kobel(f"{tmp_path}/k")
        assert second.stop() == 0
        application.wait_for_count(count + 5)
        assert application.show()["recoveries"] == 0
        assert inner.java_pids(b"org.apache.flink") == pids


def test_a_runtime_in_use_is_not_removed(own_runtimes, jars, tmp_path):
    runtimes = own_runtimes

    def remove(*options):
        return subprocess.run([BINARY, "runtime", "remove", "FLINK-1_20", "--runtimes", str(runtimes), *options],
                              capture_output=True, text=True)

    with Kobel(tmp_path / "data", "--runtimes", str(runtimes), "--spares", "1") as kobel:
        application = Application(kobel, "user")
        application.create(jars["Counting"])
        application.start()
        count = application.wait_for_count(5)
        refused = remove()
        assert refused.returncode == 1 and "is in use by an application of a daemon that runs" in refused.stderr
        kobel.kill()
        kobel.start()

        def is_recovered():
            return application.show()["current"]["health"] in ("BOOTING", "READY")
        wait_for(is_recovered, "another cluster is launched: the runtime is in use")
        assert remove().returncode == 1
        application.wait_for_count(count)
        application.stop(Force=True)
        removed = remove()
        assert removed.returncode == 0, removed.stderr
        assert removed.stdout == f"runtime FLINK-1_20 (Flink 1.20.3) is removed from {runtimes}\n"
        assert not (runtimes / "FLINK-1_20").exists()
        application.client.start_application(ApplicationName="user")
        assert application.settle() == "READY"


LIVES = int(os.environ.get("KOBEL_TEST_LIVES", "3"))
DAEMONS = min(10, LIVES + 2)
AT_A_TIME = min(10, max(2, LIVES // 5))


def live(kobel, jar, number):
    """An application from its creation to its deletion. No count is missing or repeated."""
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
    # On a busy machine a boot may time out and be repeated; but no cluster meets a port of another program.
    assert not [event for event in application.events() if "another" in json.dumps(event)]
    application.delete()


def test_several_daemons_run_applications_at_the_same_time(runtime, jars, tmp_path):
    """Daemons that share a range of ports run applications at the same time, and no operation fails. 3 lives;
    KOBEL_TEST_LIVES=50 makes them 50, ten at a time on ten daemons."""
    idle = queue.SimpleQueue()

    def one(number):
        kobel = idle.get()
        try:
            live(kobel, jars["Counting"], number)
        finally:
            idle.put(kobel)

    with contextlib.ExitStack() as daemons:
        kobels = [daemons.enter_context(Kobel(tmp_path / f"daemon-{index}", "--cluster-ports", "21100-24099", "--spares", str(index % 2)))
                  for index in range(DAEMONS)]
        for kobel in kobels:
            idle.put(kobel)
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            for _ in pool.map(one, range(LIVES)):
                pass
        assert [kobel.get("/kobel/v1/status")["apps"] for kobel in kobels] == [[]] * DAEMONS
