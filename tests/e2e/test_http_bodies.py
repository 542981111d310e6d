"""Large request bodies, and code in the request. Needs no Flink."""

import hashlib
import json
import random

import pytest
from raw_http import connect, is_served, post, read_reply

from kobel import PATIENCE_S, ROLE, wait_for


def answer_to(shared, body):
    with connect(shared) as peer, peer.makefile("rb") as stream:
        peer.settimeout(PATIENCE_S)
        peer.sendall(post("DescribeApplication", body))
        status, _, answer = read_reply(stream)
        return status, json.loads(answer)["__type"]


def test_bodies_of_seventy_megabytes_are_answered(shared):
    start = b'{"ApplicationName":"large",'
    assert answer_to(shared, start + b'"ZipFileContent":"' + b"a" * (69 << 20) + b'"}') == (400, "ResourceNotFoundException")
    assert answer_to(shared, start + b'"ZipFileContent":"' + b"a" * (69 << 20)) == (400, "SerializationException")
    assert answer_to(shared, start + b'"x":"' + b"a" * (500 << 10) + b'"}') == (400, "ResourceNotFoundException")
    assert answer_to(shared, start + b'"x":"' + b"a" * (69 << 20) + b'"}') == (413, "RequestEntityTooLargeException")
    assert answer_to(shared, start + b'"x":[' + b"1," * 100_000 + b"1]}") == (413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("size", [1, 100 << 10, 1 << 20, 50 << 20])
def test_code_in_the_request_is_stored(shared, size):
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
    """A DescribeApplication with a body in chunks."""
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
    named = b'{"ApplicationName":"absent","ZipFileContent":"'
    assert kind_of(named + b"YWJj" * 500_000 + b'"}') == "ResourceNotFoundException"
    assert kind_of(named + b"YWJj" * (18 << 20) + b'"}') == "RequestEntityTooLargeException"
    assert kind_of(b'{"ApplicationName":"absent","x":[' + b"1," * 40_000 + b"1]}") == "RequestEntityTooLargeException"


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


def test_a_client_that_disconnects_while_it_sends_code_leaves_nothing(own):
    body = json.dumps({"ApplicationName": "gone", "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": ROLE, "ApplicationConfiguration": {
        "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": "YWJj" * (14 << 20)}}}}).encode()
    whole = post("CreateApplication", body)

    def begun(sent):
        peer = connect(own)
        try:
            peer.sendall(whole[:sent])
            return peer
        except OSError:  # refused before its body is sent, as the bodies before are still held
            peer.close()
            return None
    for sent in (len(whole) // 2, len(whole) - 1, len(whole), len(whole)):
        wait_for(lambda sent=sent: begun(sent), "there is room").close()
    # There is room for two bodies of this size.
    with wait_for(lambda: begun(len(whole) - 1), "there is room again"):
        def is_accepted():
            try:
                return answer_to(own, body.replace(b'"gone"', b'"absent"'))[1] == "ResourceNotFoundException"
            except OSError:
                return False
        wait_for(is_accepted, "there is room for a second one")
    assert is_served(own)


def test_code_that_is_too_large_is_refused_with_its_size(shared):
    with pytest.raises(shared.client.exceptions.ClientError, match=f"lim={(50 << 20) + 1} .*length less than or equal to 52428800"):
        shared.client.create_application(
            ApplicationName="inline-too-large", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
            ApplicationConfiguration={"ApplicationCodeConfiguration": {
                "CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": bytes((50 << 20) + 1)}}})


def test_the_sum_of_large_bodies_is_limited(own):
    size = 65 << 20
    head = post("DescribeApplication").replace(b"Content-Length: 2", b"Content-Length: %d" % size).split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    begun = b'{"ApplicationName":"absent","ZipFileContent":"' + b"a" * (size - (1 << 20))
    holders = [connect(own) for _ in range(2)]
    try:
        for peer in holders:
            peer.settimeout(60)
            peer.sendall(head + begun)

        def status_of_a_third():
            with connect(own) as peer, peer.makefile("rb") as stream:
                peer.sendall(head)
                # Refused before its body is sent, or accepted, and then the body is awaited.
                peer.settimeout(1)
                try:
                    status, _, body = read_reply(stream)
                except TimeoutError:
                    return None
                assert json.loads(body)["__type"] == "ThrottlingException" and "other requests" in json.loads(body)["message"]
                return status
        wait_for(lambda: status_of_a_third() == 503, "two bodies are held")
        assert is_served(own)
    finally:
        for peer in holders:
            peer.close()
    wait_for(lambda: status_of_a_third() is None, "there is room again")
