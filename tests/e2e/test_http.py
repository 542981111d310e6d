"""HTTP: connections, their number, malformed requests, and addresses. Needs no Flink."""

import json
import re
import subprocess
from urllib.parse import urlsplit

import pytest
from raw_http import connect, is_served, post, read_reply

from kobel import BINARY, PATIENCE_S, Kobel


def test_a_connection_is_kept(shared):
    with connect(shared) as peer, peer.makefile("rb") as stream:
        for _ in range(3):
            peer.sendall(post("ListApplications"))
            status, headers, body = read_reply(stream)
            assert status == 200 and "ApplicationSummaries" in json.loads(body)
            assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["x-amzn-requestid"])


@pytest.mark.quick
def test_pipelined_requests_are_answered_in_order(shared):
    requests = [post("ListApplications"), post("Dance"), post("DescribeApplication", b'{"ApplicationName":"absent"}'),
                post("TagResource", b"{"), post("ListApplications", b'{"Limit":1}')]
    with connect(shared) as peer, peer.makefile("rb") as stream:
        peer.sendall(b"".join(requests))
        kinds = [json.loads(read_reply(stream)[2]).get("__type", "fine") for _ in requests]
    assert kinds == ["fine", "UnknownOperationException", "ResourceNotFoundException", "SerializationException", "fine"]


def test_pipelined_writes_see_each_other(shared):
    body = json.dumps({"ApplicationName": "pipelined", "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": "arn:aws:iam::1:role/r"}).encode()
    name = b'{"ApplicationName":"pipelined"}'
    with connect(shared) as peer, peer.makefile("rb") as stream:
        peer.sendall(post("CreateApplication", body) + post("CreateApplication", body) + post("DescribeApplication", name))
        assert read_reply(stream)[0] == 200
        assert json.loads(read_reply(stream)[2])["__type"] == "ResourceInUseException"
        status, _, described = read_reply(stream)
        assert status == 200
        stamp = json.loads(described)["ApplicationDetail"]["CreateTimestamp"]
        peer.sendall(post("DeleteApplication", json.dumps({"ApplicationName": "pipelined", "CreateTimestamp": stamp}).encode()))
        assert read_reply(stream)[0] == 200


def test_expect_100_continue_is_answered(shared):
    request = post("ListApplications", b"{}", "Expect: 100-continue")
    with connect(shared) as peer, peer.makefile("rb") as stream:
        peer.sendall(request[:-2])
        assert stream.readline() == b"HTTP/1.1 100 Continue\r\n" and stream.readline() == b"\r\n"
        peer.sendall(request[-2:])
        assert read_reply(stream)[0] == 200


def test_a_body_in_parts_or_chunks_is_accepted(shared):
    body = b'{"Limit": 7}'
    head = post("ListApplications").split(b"\r\n\r\n")[0].replace(b"Content-Length: 2", b"Transfer-Encoding: chunked")
    with connect(shared) as peer, peer.makefile("rb") as stream:
        for byte in post("ListApplications", body):
            peer.sendall(bytes([byte]))
        assert read_reply(stream)[0] == 200
        peer.sendall(head + b"\r\n\r\n5\r\n" + body[:5] + b"\r\n7\r\n" + body[5:] + b"\r\n0\r\n\r\n")
        assert read_reply(stream)[0] == 200


def test_too_large_requests_are_refused_and_others_are_served(shared):
    with connect(shared) as peer, peer.makefile("rb") as stream:
        head = post("CreateApplication").replace(b"Content-Length: 2", b"Content-Length: 100000000").split(b"\r\n\r\n")[0]
        peer.sendall(head + b"\r\n\r\n")
        status, _, body = read_reply(stream)
        assert status == 413 and json.loads(body)["__type"] == "RequestEntityTooLargeException"
    with connect(shared) as peer, peer.makefile("rb") as stream:
        peer.sendall(post("ListApplications", b"{}", "X-Long: " + "x" * 40000))
        line = stream.readline()
        assert line == b"" or int(line.split()[1]) in (413, 431)
    assert shared.client.list_applications()["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize("nonsense", [b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"POST / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                      b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"A" * 70000])


def test_malformed_requests_do_not_disturb_others(shared, nonsense):
    with connect(shared) as peer:
        peer.sendall(nonsense)
        # While the connection is open, others are served.
        assert shared.client.list_applications()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert shared.client.list_applications()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_slow_clients_do_not_delay_others(shared):
    slow = [connect(shared) for _ in range(100)]
    try:
        for peer in slow:
            peer.sendall(post("ListApplications")[:40])
        assert shared.client.list_applications()["ResponseMetadata"]["HTTPStatusCode"] == 200
    finally:
        for peer in slow:
            peer.close()


def test_a_client_that_disconnects_leaves_nothing(shared):
    with connect(shared) as peer:
        peer.sendall(post("CreateApplication", json.dumps({
            "ApplicationName": "gone", "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": "arn:aws:iam::1:role/r",
            "ApplicationConfiguration": {"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {
                "S3ContentLocation": {"BucketARN": "arn:aws:s3:::nothing", "FileKey": "x"}}}}}).encode()))
    assert "gone" not in [one["ApplicationName"] for one in shared.client.list_applications()["ApplicationSummaries"]]


def test_duplicate_keys_and_odd_values_are_answered(shared):
    def kind_of(body):
        with connect(shared) as peer, peer.makefile("rb") as stream:
            peer.sendall(post("DescribeApplication", body))
            return json.loads(read_reply(stream)[2])["__type"]
    assert kind_of(b'{"ApplicationName":"a1","ApplicationName":"absent"}') in ("ResourceNotFoundException", "SerializationException")
    assert kind_of(b'{"ApplicationName":null}') == "ValidationException"
    assert kind_of(b'{"ApplicationName":"absent","Unknown":{"x":[1,2]}}') == "ResourceNotFoundException"
    assert kind_of(b'{"ApplicationName":"absent","IncludeAdditionalDetails":1e400}') == "SerializationException"
    assert kind_of(b'{"ApplicationName":"absent\xff"}') == "SerializationException"
    assert kind_of(b'{"ApplicationName":"\\u0000"}') == "SerializationException"
    assert kind_of(b'\xef\xbb\xbf{}') == "SerializationException"


def test_one_port_has_one_daemon(shared, tmp_path):
    port = urlsplit(shared.url).port
    second = subprocess.run([BINARY, "serve", "--port", str(port), "--data", str(tmp_path)], capture_output=True, text=True, timeout=PATIENCE_S)
    assert second.returncode == 1
    assert f"127.0.0.1 port {port}: Address already in use" in second.stderr and "--port" in second.stderr


def test_a_daemon_on_all_addresses_announces_one_of_them(tmp_path):
    daemon = subprocess.Popen([BINARY, "serve", "--port", "0", "--listen", "0.0.0.0", "--data", str(tmp_path), "--spares", "0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert re.fullmatch(r"export AWS_ENDPOINT_URL_KINESIS_ANALYTICS_V2=http://127\.0\.0\.1:\d+\n", daemon.stdout.readline())
    finally:
        daemon.terminate()
        daemon.wait()


@pytest.mark.parametrize("listen", ["127.0.0.1", "0.0.0.0"])
def test_a_host_name_that_is_not_allowed_is_refused(runtime, tmp_path, listen):
    with Kobel(tmp_path, "--listen", listen, "--allowed-host", "kobel.example") as kobel:
        def ask(host):
            with connect(kobel) as peer, peer.makefile("rb") as stream:
                peer.sendall(f"GET /kobel/v1/status HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                status, _, body = read_reply(stream)
                return status, json.loads(body)
        assert ask("127.0.0.1:1")[0] == 200 and ask("localhost")[0] == 200 and ask("kobel.example:80")[0] == 200
        status, refusal = ask("evil.example")
        assert status == 403 and "--allowed-host" in refusal["message"]
        assert ask("10.1.2.3")[0] == ask("kobel")[0] == (200 if listen == "0.0.0.0" else 403)


def test_idle_connections_do_not_exclude_others(own):
    """More than the limit: the connection that has been idle for longest is closed."""
    idle = []
    try:
        for number in range(600):
            peer = connect(own)
            idle.append(peer)
            # Half of them have sent the begin of a head.
            if number % 2 == 0:
                peer.sendall(post("ListApplications")[:60])
        assert is_served(own)
        assert idle[0].recv(1) == b""
    finally:
        for peer in idle:
            peer.close()


def test_waiting_for_events_does_not_exclude_others(own):
    own.client.create_application(ApplicationName="watched", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole="arn:aws:iam::1:role/r")
    stream_head = b"GET /kobel/v1/applications/watched/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
    wait_head = b"GET /kobel/v1/applications/watched/events?after=1000000&wait=50 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    peers = []
    try:
        for number in range(256):
            peer = connect(own)
            peers.append(peer)
            peer.sendall(stream_head if number % 2 == 0 else wait_head)
            if number % 2 == 0:
                assert peer.recv(12) == b"HTTP/1.1 200"
        assert is_served(own)

        def answer_to(head):
            with connect(own) as peer, peer.makefile("rb") as stream:
                peer.sendall(head)
                status, _, body = read_reply(stream)
                return status, json.loads(body)
        for head in (stream_head, wait_head):
            # Requests are read in their order, so that those before are counted.
            status, refusal = answer_to(head)
            assert status == 503 and "256 requests wait" in refusal["error"]["message"]
        assert answer_to(wait_head.replace(b"&wait=50", b""))[0] == 200
        peers.pop(0).close()
        own.client.tag_resource(ResourceARN=own.client.describe_application(ApplicationName="watched")["ApplicationDetail"]["ApplicationARN"],
                                       Tags=[{"Key": "a", "Value": "b"}])
        assert is_served(own)
    finally:
        for peer in peers:
            peer.close()


