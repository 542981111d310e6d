"""Whatever bytes jobs, requests and the environment have: the daemon lives, and what it says is text."""

import json
import os
import socket
import subprocess
import urllib.request
from urllib.parse import urlsplit

import pytest

from kobel import BINARY, PATIENCE_S, Application, Kobel, wait_for


def get(kobel, path):
    with urllib.request.urlopen(kobel.url + path, timeout=PATIENCE_S) as reply:
        return reply.read().decode("utf-8", errors="strict")


def exchange(kobel, request):
    """Status and body of what raw bytes are answered with."""
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
    said, body = exchange(shared, head(line, b"Content-Length: 0"))
    assert said == status and isinstance(json.loads(body), dict)
    assert "ok" in get(shared, "/healthz")


@pytest.mark.quick
def test_headers_of_any_bytes_are_answered(tmp_path):
    kobel = Kobel(tmp_path, "--auth", "verify", "--auth-key", "AKID:secret")
    try:
        for value in (b"Credential=\xff", b"Credential=\xff/20260101/us-east-1/kinesisanalytics/aws4_request, SignedHeaders=host, Signature=\xc3", b"\xff"):
            status, body = exchange(kobel, head(b"POST / HTTP/1.1", *LIST, b"X-Amz-Date: 20260101T000000Z",
                                                b"Authorization: AWS4-HMAC-SHA256 " + value) + b"{}")
            assert status == 400 and "__type" in json.loads(body)
        for name in (b"Origin", b"Cookie", b"X-Amz-Target", b"Content-Type", b"X-Amz-Date"):
            status, body = exchange(kobel, head(b"POST / HTTP/1.1", *LIST, name + b": \xff") + b"{}")
            assert 400 <= status < 500
        assert "ok" in get(kobel, "/healthz")
    finally:
        assert kobel.stop() == 0


@pytest.mark.quick
def test_options_of_other_bytes_are_refused(tmp_path):
    odd = os.fsencode(tmp_path) + b"/\xff"
    for words, environment in (([b"serve", b"--data", odd], {}), ([b"serve"], {b"KOBEL_DATA": odd}), ([b"status", b"\xff"], {}),
                               ([b"serve", b"--job-env", b"A=\xe4"], {}), ([b"runtime", b"list"], {b"XDG_DATA_HOME": odd})):
        done = subprocess.run([os.fsencode(BINARY), *words], env={**os.environb, **environment}, capture_output=True, timeout=PATIENCE_S)
        assert done.returncode == 2, (words, done.stderr)
        assert "is not UTF-8" in done.stderr.decode("utf-8", errors="strict")
    # Where a link leads is known only when it is followed.
    os.mkdir(odd)
    os.symlink(odd, tmp_path / "link")
    done = subprocess.run([BINARY, "serve", "--port", "0", "--data", str(tmp_path / "link")], capture_output=True, timeout=PATIENCE_S)
    assert done.returncode == 1 and b"is not UTF-8" in done.stderr
    assert os.listdir(odd) == []


def test_the_longest_names_and_failures_of_jobs_are_told(runtime, jars, tmp_path, monkeypatch):
    for index in range(100):
        monkeypatch.setenv(f"AWS_TEST_{index}", f"variable {index}: ")
    kobel = Kobel(tmp_path, "--metrics-interval", "1s")
    named, thrown = Application(kobel, "named"), Application(kobel, "thrown")
    named.create(jars["LongNames"])
    thrown.create(jars["ThrowsAtLength"])
    named.start()
    base = "/kobel/v1/applications"
    measured = wait_for(lambda: json.loads(get(kobel, f"{base}/named/metrics")).get("newest", {}).get("tasks"), "the job is measured")
    assert len([task for task in measured if task.startswith("variable 99: ") and "演算子の名前" in task]) == 3

    operation = kobel.client.start_application(ApplicationName="thrown")["OperationId"]
    assert thrown.settle() == "READY"
    details = thrown.operation(operation)
    assert details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"].endswith("ä" * 100)
    events = json.loads(get(kobel, f"{base}/thrown/events"))["events"]
    assert any(event["message"].endswith("ä" * 100) for event in events)

    # A minute on record, and what the autoscaler thinks of such names.
    advance = urllib.request.Request(f"{kobel.url}/kobel/v1/clock", data=b'{"advance": "3m"}', method="POST")
    urllib.request.urlopen(advance, timeout=PATIENCE_S).read()
    series = wait_for(lambda: json.loads(get(kobel, f"{base}/named/metrics"))["series"], "a minute is on record")
    assert any("演算子の名前" in one.get("task", "") for one in series)
    json.loads(get(kobel, f"{base}/named/scaling"))
    json.loads(get(kobel, "/kobel/v1/status"))
    assert 'application="named",task="variable 99: 演算子の名前' in get(kobel, "/metrics")

    # Started again, it starts the job again, and is as well.
    kobel.kill()
    kobel.start()
    wait_for(lambda: json.loads(get(kobel, f"{base}/named/metrics")).get("newest", {}).get("tasks"), "the job is measured again")
    shown = subprocess.run([BINARY, "events", "thrown", "--url", kobel.url], capture_output=True, timeout=PATIENCE_S)
    assert shown.returncode == 0 and "ä" * 100 in shown.stdout.decode("utf-8", errors="strict")
    assert kobel.stop() == 0
