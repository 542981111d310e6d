"""Any bytes in jobs, requests and the environment: the daemon continues, and its answers are text."""

import json
import os
import socket
import subprocess
from urllib.parse import urlsplit

import pytest

from kobel import BINARY, PATIENCE_S, Application, Kobel, wait_for


def exchange(kobel, request):
    """Sends raw bytes. Status and body of the answer."""
    address = urlsplit(kobel.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S) as peer:
        peer.sendall(request)
        peer.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode("utf-8", errors="strict")


def head(line, *headers):
    return b"\r\n".join([line, b"Host: 127.0.0.1", b"Connection: close", *headers, b"", b""])


LIST = (b"Content-Type: application/x-amz-json-1.1", b"X-Amz-Target: KinesisAnalytics_20180523.ListApplications", b"Content-Length: 2")


@pytest.mark.quick
@pytest.mark.parametrize("line, status", [
    (b"GET /kobel/v1/applications/\xff HTTP/1.1", 400),
    (b"GET /kobel/v1/applications/\xff/events HTTP/1.1", 400),
    (b"POST /kobel/v1/applications/\xff/faults HTTP/1.1", 400),
    (b"GET /kobel/v1/applications/x/events?after=\xe3\x81 HTTP/1.1", 400),
    (b"GET /flink/\xff/ HTTP/1.1", 400),
    (b"POST /api/v2/\xff HTTP/1.1", 400),
    (b"GET /kobel/v1/applications/%FF HTTP/1.1", 404),
    (b"GET /kobel/v1/applications/x%00/metrics?task=%FF HTTP/1.1", 404),
])


def test_an_address_of_any_bytes_is_answered(shared, line, status):
    answered, body = exchange(shared, head(line, b"Content-Length: 0"))
    assert answered == status and isinstance(json.loads(body), dict)
    assert shared.get("/healthz")["status"] == "ok"


@pytest.mark.quick
def test_headers_of_any_bytes_are_answered(tmp_path):
    with Kobel(tmp_path, "--auth", "verify", "--auth-key", "AKID:secret") as kobel:
        for value in (b"Credential=\xff", b"Credential=\xff/20260101/us-east-1/kinesisanalytics/aws4_request, SignedHeaders=host, Signature=\xc3", b"\xff"):
            status, body = exchange(kobel, head(b"POST / HTTP/1.1", *LIST, b"X-Amz-Date: 20260101T000000Z",
                                                b"Authorization: AWS4-HMAC-SHA256 " + value) + b"{}")
            assert status == 400 and "__type" in json.loads(body)
        for name in (b"Origin", b"Cookie", b"X-Amz-Target", b"Content-Type", b"X-Amz-Date"):
            status, body = exchange(kobel, head(b"POST / HTTP/1.1", *LIST, name + b": \xff") + b"{}")
            assert 400 <= status < 500
        assert kobel.get("/healthz")["status"] == "ok"


@pytest.mark.quick
def test_options_of_other_bytes_are_refused(tmp_path):
    odd = os.fsencode(tmp_path) + b"/\xff"
    for words, environment in (([b"serve", b"--data", odd], {}), ([b"serve"], {b"KOBEL_DATA": odd}), ([b"status", b"\xff"], {}),
                               ([b"serve", b"--job-env", b"A=\xe4"], {}), ([b"runtime", b"list"], {b"XDG_DATA_HOME": odd})):
        done = subprocess.run([os.fsencode(BINARY), *words], env={**os.environb, **environment}, capture_output=True, timeout=PATIENCE_S)
        assert done.returncode == 2, (words, done.stderr)
        assert "is not UTF-8" in done.stderr.decode("utf-8", errors="strict")
    # The target of a link is known only when it is followed.
    os.mkdir(odd)
    os.symlink(odd, tmp_path / "link")
    done = subprocess.run([BINARY, "serve", "--port", "0", "--data", str(tmp_path / "link")], capture_output=True, timeout=PATIENCE_S)
    assert done.returncode == 1 and b"is not UTF-8" in done.stderr
    assert os.listdir(odd) == []


@pytest.mark.quick
def test_directories_that_java_and_flink_cannot_name_in_lists_are_refused(tmp_path):
    for option, name, status in (("--data", "a,b", 1), ("--data", "a;b", 1), ("--runtimes", "a:b", 2)):
        done = subprocess.run([BINARY, "serve", "--port", "0", "--data", str(tmp_path / "data"), option, str(tmp_path / name)],
                              capture_output=True, text=True, timeout=PATIENCE_S)
        assert done.returncode == status and f"its path has a '{name[1]}'" in done.stderr, done.stderr
    assert os.listdir(tmp_path) == []


def test_the_longest_names_and_failures_of_jobs_are_shown(runtime, jars, tmp_path, monkeypatch):
    for index in range(100):
        monkeypatch.setenv(f"AWS_TEST_{index}", f"variable {index}: ")
    with Kobel(tmp_path, "--metrics-interval", "1s") as kobel:
        named, thrown = Application(kobel, "named"), Application(kobel, "thrown")
        named.create(jars["LongNames"])
        thrown.create(jars["ThrowsAtLength"])
        named.start()
        base = "/kobel/v1/applications"
        measured = wait_for(lambda: kobel.get(f"{base}/named/metrics").get("newest", {}).get("tasks"), "the job is measured")
        assert len([task for task in measured if task.startswith("variable 99: ") and "演算子の名前" in task]) == 3

        operation = kobel.client.start_application(ApplicationName="thrown")["OperationId"]
        assert thrown.settle() == "READY"
        details = thrown.operation(operation)
        assert details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"].endswith("ä" * 100)
        events = kobel.get(f"{base}/thrown/events")["events"]
        assert any(event["message"].endswith("ä" * 100) for event in events)

        # A recorded minute, and the evaluations of the autoscaler with such names.
        assert kobel.ask("/kobel/v1/clock", {"advance": "3m"})[0] == 200
        series = wait_for(lambda: kobel.get(f"{base}/named/metrics")["series"], "a minute is recorded")
        assert any("演算子の名前" in one.get("task", "") for one in series)
        kobel.get(f"{base}/named/scaling")
        kobel.get("/kobel/v1/status")
        assert 'application="named",task="variable 99: 演算子の名前' in kobel.request("/metrics")[2].decode()

        # Another daemon recovers the job, and answers too.
        kobel.kill()
        kobel.start()
        wait_for(lambda: kobel.get(f"{base}/named/metrics").get("newest", {}).get("tasks"), "the job is measured again")
        shown = subprocess.run([BINARY, "events", "thrown", "--url", kobel.url], capture_output=True, timeout=PATIENCE_S)
        assert shown.returncode == 0 and "ä" * 100 in shown.stdout.decode("utf-8", errors="strict")
