"""HTTP as such: what sockets see, of well-behaved clients and of others (no Flink needed)."""

import hashlib
import json
import random
import re
import socket
import subprocess
from urllib.parse import urlsplit

import pytest

from kobel import BINARY, PATIENCE_S, ROLE, Kobel, wait_for

TARGET = "X-Amz-Target: KinesisAnalytics_20180523."


def connect(kobel):
    address = urlsplit(kobel.url)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S)


def post(operation, body=b"{}", *headers):
    head = ["POST / HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/x-amz-json-1.1", TARGET + operation, f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def read_reply(stream):
    """Status, headers, body of one reply."""
    status = int(stream.readline().split()[1])
    headers = {}
    while (line := stream.readline()) != b"\r\n":
        name, value = line.decode().split(":", 1)
        headers[name.lower()] = value.strip()
    return status, headers, stream.read(int(headers.get("content-length", 0)))


def test_a_connection_is_kept(shared):
    with connect(shared) as peer, peer.makefile("rb") as stream:
        for _ in range(3):
            peer.sendall(post("ListApplications"))
            status, headers, body = read_reply(stream)
            assert status == 200 and "ApplicationSummaries" in json.loads(body)
            assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["x-amzn-requestid"])


@pytest.mark.quick
def test_requests_in_a_row_are_answered_in_a_row(shared):
    requests = [post("ListApplications"), post("Dance"), post("DescribeApplication", b'{"ApplicationName":"nobody"}'),
                post("TagResource", b"{"), post("ListApplications", b'{"Limit":1}')]
    with connect(shared) as peer, peer.makefile("rb") as stream:
        peer.sendall(b"".join(requests))
        kinds = [json.loads(read_reply(stream)[2]).get("__type", "fine") for _ in requests]
    assert kinds == ["fine", "UnknownOperationException", "ResourceNotFoundException", "SerializationException", "fine"]


def test_writes_in_a_row_see_each_other(shared):
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


def test_a_client_that_expects_to_be_told_to_go_on(shared):
    request = post("ListApplications", b"{}", "Expect: 100-continue")
    with connect(shared) as peer, peer.makefile("rb") as stream:
        peer.sendall(request[:-2])
        assert stream.readline() == b"HTTP/1.1 100 Continue\r\n" and stream.readline() == b"\r\n"
        peer.sendall(request[-2:])
        assert read_reply(stream)[0] == 200


def test_a_body_in_pieces_and_in_chunks(shared):
    body = b'{"Limit": 7}'
    head = post("ListApplications").split(b"\r\n\r\n")[0].replace(b"Content-Length: 2", b"Transfer-Encoding: chunked")
    with connect(shared) as peer, peer.makefile("rb") as stream:
        for byte in post("ListApplications", body):
            peer.sendall(bytes([byte]))
        assert read_reply(stream)[0] == 200
        peer.sendall(head + b"\r\n\r\n5\r\n" + body[:5] + b"\r\n7\r\n" + body[5:] + b"\r\n0\r\n\r\n")
        assert read_reply(stream)[0] == 200


def test_what_is_too_large_is_refused_and_others_are_served(shared):
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


def answer_to(shared, body):
    with connect(shared) as peer, peer.makefile("rb") as stream:
        peer.settimeout(PATIENCE_S)
        peer.sendall(post("DescribeApplication", body))
        status, _, answer = read_reply(stream)
        return status, json.loads(answer)["__type"]


def test_seventy_megabytes_do_no_harm(shared):
    nobody = b'{"ApplicationName":"large",'
    assert answer_to(shared, nobody + b'"ZipFileContent":"' + b"a" * (69 << 20) + b'"}') == (400, "ResourceNotFoundException")
    assert answer_to(shared, nobody + b'"ZipFileContent":"' + b"a" * (69 << 20)) == (400, "SerializationException")
    assert answer_to(shared, nobody + b'"x":"' + b"a" * (500 << 10) + b'"}') == (400, "ResourceNotFoundException")
    assert answer_to(shared, nobody + b'"x":"' + b"a" * (69 << 20) + b'"}') == (413, "RequestEntityTooLargeException")
    assert answer_to(shared, nobody + b'"x":[' + b"1," * 100_000 + b"1]}") == (413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("size", [1, 100 << 10, 1 << 20, 50 << 20])
def test_code_comes_with_the_request(shared, size):
    code = random.Random(size).randbytes(size)
    name = f"inline-{size}"
    made = shared.client.create_application(
        ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
        ApplicationConfiguration={"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": code}}})
    described = made["ApplicationDetail"]["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
    assert (described["CodeSize"], described["CodeMD5"]) == (size, hashlib.md5(code).hexdigest())
    updated = shared.client.update_application(
        ApplicationName=name, CurrentApplicationVersionId=1, ApplicationConfigurationUpdate={
            "ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": {"ZipFileContentUpdate": code[1:]}}})
    described = updated["ApplicationDetail"]["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
    assert (described["CodeSize"], described["CodeMD5"]) == (size - 1, hashlib.md5(code[1:]).hexdigest())


def chunked(body, piece=1 << 16, *headers):
    """A DescribeApplication whose body comes in chunks."""
    head = post("DescribeApplication").replace(b"Content-Length: 2", "\r\n".join(["Transfer-Encoding: chunked", *headers]).encode()).split(b"\r\n\r\n")[0]
    yield head + b"\r\n\r\n"
    for at in range(0, len(body), piece):
        chunk = body[at:at + piece]
        yield b"%x\r\n%s\r\n" % (len(chunk), chunk)
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("headers", [(), ("Content-Length: 10",)])
def test_chunks_have_the_same_limits(shared, headers):
    def kind_of(body):
        with connect(shared) as peer, peer.makefile("rb") as stream:
            for piece in chunked(body, 1 << 16, *headers):
                peer.sendall(piece)
            return json.loads(read_reply(stream)[2])["__type"]
    named = b'{"ApplicationName":"nobody","ZipFileContent":"'
    assert kind_of(named + b"YWJj" * 500_000 + b'"}') == "ResourceNotFoundException"
    assert kind_of(named + b"YWJj" * (18 << 20) + b'"}') == "RequestEntityTooLargeException"
    assert kind_of(b'{"ApplicationName":"nobody","x":[' + b"1," * 40_000 + b"1]}") == "RequestEntityTooLargeException"


def test_code_may_have_escaped_slashes_and_may_be_empty(shared):
    def create(name, content):
        body = json.dumps({"ApplicationName": name, "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": ROLE, "ApplicationConfiguration": {
            "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": "@"}}}}).encode()
        with connect(shared) as peer, peer.makefile("rb") as stream:
            peer.sendall(post("CreateApplication", body.replace(b"@", content)))
            status, _, answer = read_reply(stream)
        code = json.loads(answer)["ApplicationDetail"]["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
        return status, code["CodeSize"], code["CodeMD5"]
    assert create("inline-slashes", b"\\/" * (4 << 20)) == (200, 3 << 20, hashlib.md5(b"\xff" * (3 << 20)).hexdigest())
    assert create("inline-empty", b"") == (200, 0, hashlib.md5(b"").hexdigest())


def test_whoever_goes_away_while_code_is_taken_in_leaves_nothing(own_daemon):
    body = json.dumps({"ApplicationName": "gone", "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": ROLE, "ApplicationConfiguration": {
        "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": "YWJj" * (14 << 20)}}}}).encode()
    whole = post("CreateApplication", body)

    def begun(sent):
        peer = connect(own_daemon)
        try:
            peer.sendall(whole[:sent])
            return peer
        except OSError:  # refused before its body is sent: those before it are still there
            peer.close()
            return None
    for sent in (len(whole) // 2, len(whole) - 1, len(whole), len(whole)):
        wait_for(lambda sent=sent: begun(sent), "there is room").close()
    # Two bodies of this size have room together, a third has not.
    with wait_for(lambda: begun(len(whole) - 1), "there is room again"):
        def is_let_in():
            try:
                return answer_to(own_daemon, body.replace(b'"gone"', b'"nobody"'))[1] == "ResourceNotFoundException"
            except OSError:
                return False
        wait_for(is_let_in, "there is room for a second one")
    assert is_served(own_daemon)


def test_code_that_is_too_large_is_refused_with_its_size(shared):
    with pytest.raises(shared.client.exceptions.ClientError, match=f"lim={(50 << 20) + 1} .*length less than or equal to 52428800"):
        shared.client.create_application(
            ApplicationName="inline-too-large", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
            ApplicationConfiguration={"ApplicationCodeConfiguration": {
                "CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": bytes((50 << 20) + 1)}}})


@pytest.mark.parametrize("nonsense", [b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"POST / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                      b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"A" * 70000])
def test_nonsense_harms_nobody(shared, nonsense):
    with connect(shared) as peer:
        peer.sendall(nonsense)
        # The connection is still open: whatever is made of it, others are served.
        assert shared.client.list_applications()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert shared.client.list_applications()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_clients_that_dawdle_do_not_hold_up_others(shared):
    slow = [connect(shared) for _ in range(100)]
    try:
        for peer in slow:
            peer.sendall(post("ListApplications")[:40])
        assert shared.client.list_applications()["ResponseMetadata"]["HTTPStatusCode"] == 200
    finally:
        for peer in slow:
            peer.close()


def test_a_client_that_goes_away_leaves_nothing(shared):
    with connect(shared) as peer:
        peer.sendall(post("CreateApplication", json.dumps({
            "ApplicationName": "gone", "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": "arn:aws:iam::1:role/r",
            "ApplicationConfiguration": {"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {
                "S3ContentLocation": {"BucketARN": "arn:aws:s3:::nothing", "FileKey": "x"}}}}}).encode()))
    assert "gone" not in [one["ApplicationName"] for one in shared.client.list_applications()["ApplicationSummaries"]]


def test_duplicate_keys_and_odd_values(shared):
    def kind_of(body):
        with connect(shared) as peer, peer.makefile("rb") as stream:
            peer.sendall(post("DescribeApplication", body))
            return json.loads(read_reply(stream)[2])["__type"]
    assert kind_of(b'{"ApplicationName":"a1","ApplicationName":"nobody"}') in ("ResourceNotFoundException", "SerializationException")
    assert kind_of(b'{"ApplicationName":null}') == "ValidationException"
    assert kind_of(b'{"ApplicationName":"nobody","Unknown":{"x":[1,2]}}') == "ResourceNotFoundException"
    assert kind_of(b'{"ApplicationName":"nobody","IncludeAdditionalDetails":1e400}') == "SerializationException"
    assert kind_of(b'{"ApplicationName":"nobody\xff"}') == "SerializationException"
    assert kind_of(b'{"ApplicationName":"\\u0000"}') == "SerializationException"
    assert kind_of(b'\xef\xbb\xbf{}') == "SerializationException"


def test_one_port_has_one_daemon(shared, tmp_path):
    port = urlsplit(shared.url).port
    second = subprocess.run([BINARY, "serve", "--port", str(port), "--data", str(tmp_path)], capture_output=True, text=True, timeout=PATIENCE_S)
    assert second.returncode == 1
    assert f"127.0.0.1 port {port}: Address already in use" in second.stderr and "--port" in second.stderr


def test_all_addresses_are_announced_as_one_to_go_to(tmp_path):
    daemon = subprocess.Popen([BINARY, "serve", "--port", "0", "--listen", "0.0.0.0", "--data", str(tmp_path), "--spares", "0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert re.fullmatch(r"export AWS_ENDPOINT_URL_KINESIS_ANALYTICS_V2=http://127\.0\.0\.1:\d+\n", daemon.stdout.readline())
    finally:
        daemon.terminate()
        daemon.wait()


@pytest.mark.parametrize("listen", ["127.0.0.1", "0.0.0.0"])
def test_a_name_that_was_bent_to_this_machine_is_refused(runtime, tmp_path, listen):
    kobel = Kobel(tmp_path, "--listen", listen, "--allowed-host", "kobel.example")
    try:
        def ask(host):
            with connect(kobel) as peer, peer.makefile("rb") as stream:
                peer.sendall(f"GET /kobel/v1/status HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                status, _, body = read_reply(stream)
                return status, json.loads(body)
        assert ask("127.0.0.1:1")[0] == 200 and ask("localhost")[0] == 200 and ask("kobel.example:80")[0] == 200
        status, refusal = ask("evil.example")
        assert status == 403 and "--allowed-host" in refusal["message"]
        assert ask("10.1.2.3")[0] == ask("kobel")[0] == (200 if listen == "0.0.0.0" else 403)
    finally:
        assert kobel.stop() == 0


@pytest.fixture
def own_daemon(runtime, tmp_path):
    kobel = Kobel(tmp_path)
    yield kobel
    assert kobel.stop() == 0


def is_served(kobel):
    with connect(kobel) as peer, peer.makefile("rb") as stream:
        peer.sendall(post("ListApplications"))
        return read_reply(stream)[0] == 200


def test_connections_that_ask_nothing_keep_nobody_out(own_daemon):
    """More than there are places: the one that has done nothing for longest goes."""
    idle = []
    try:
        for number in range(600):
            peer = connect(own_daemon)
            idle.append(peer)
            # Every second one has begun a head, and goes no further.
            if number % 2 == 0:
                peer.sendall(post("ListApplications")[:60])
        assert is_served(own_daemon)
        assert idle[0].recv(1) == b""
    finally:
        for peer in idle:
            peer.close()


def test_those_who_wait_for_events_keep_nobody_out(own_daemon):
    own_daemon.client.create_application(ApplicationName="watched", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole="arn:aws:iam::1:role/r")
    stream_head = b"GET /kobel/v1/applications/watched/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
    wait_head = b"GET /kobel/v1/applications/watched/events?after=1000000&wait=50 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    peers = []
    try:
        for number in range(256):
            peer = connect(own_daemon)
            peers.append(peer)
            peer.sendall(stream_head if number % 2 == 0 else wait_head)
            if number % 2 == 0:
                assert peer.recv(12) == b"HTTP/1.1 200"
        assert is_served(own_daemon)

        def answer_to(head):
            with connect(own_daemon) as peer, peer.makefile("rb") as stream:
                peer.sendall(head)
                status, _, body = read_reply(stream)
                return status, json.loads(body)
        for head in (stream_head, wait_head):
            # Those that wait have been counted when this is read: requests are taken in the order in which they come.
            status, refusal = answer_to(head)
            assert status == 503 and "256 requests wait" in refusal["error"]["message"]
        assert answer_to(wait_head.replace(b"&wait=50", b""))[0] == 200
        peers.pop(0).close()
        own_daemon.client.tag_resource(ResourceARN=own_daemon.client.describe_application(ApplicationName="watched")["ApplicationDetail"]["ApplicationARN"],
                                       Tags=[{"Key": "a", "Value": "b"}])
        assert is_served(own_daemon)
    finally:
        for peer in peers:
            peer.close()


def test_large_bodies_are_limited_in_sum(own_daemon):
    size = 65 << 20
    head = post("DescribeApplication").replace(b"Content-Length: 2", b"Content-Length: %d" % size).split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    begun = b'{"ApplicationName":"nobody","ZipFileContent":"' + b"a" * (size - (1 << 20))
    holders = [connect(own_daemon) for _ in range(2)]
    try:
        for peer in holders:
            peer.settimeout(60)
            peer.sendall(head + begun)

        def status_of_a_third():
            with connect(own_daemon) as peer, peer.makefile("rb") as stream:
                peer.sendall(head)
                # Refused before its body is sent, or let in and then waited for.
                peer.settimeout(1)
                try:
                    status, _, body = read_reply(stream)
                except TimeoutError:
                    return None
                assert json.loads(body)["__type"] == "ThrottlingException" and "other requests" in json.loads(body)["message"]
                return status
        wait_for(lambda: status_of_a_third() == 503, "two bodies are in")
        assert is_served(own_daemon)
    finally:
        for peer in holders:
            peer.close()
    wait_for(lambda: status_of_a_third() is None, "there is room again")
