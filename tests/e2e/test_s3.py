"""Code from an S3 endpoint. The tests have a small one, which checks signatures, has versions, and can fail."""

import hashlib
import http.server
import socket
import threading
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from kobel import ROLE, Application, Kobel

KEY, SECRET, TOKEN = "AKIDS3", "a/secret+key", "session/token=="


class Endpoint(http.server.ThreadingHTTPServer):
    """`objects` by (path, version). The next `failures` answers are 503, the next `cut_off` bodies are incomplete."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects, self.failures, self.cut_off, self.seen = {}, 0, 0, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_signed(self):
        request = AWSRequest("GET", self.server.url + self.path, headers={
            name: self.headers[name] for name in ("x-amz-content-sha256", "x-amz-date", "x-amz-security-token")})
        request.context["timestamp"] = self.headers["x-amz-date"]
        auth = S3SigV4Auth(Credentials(KEY, SECRET), "s3", "us-east-1")
        request.headers["host"] = self.headers["host"]
        canonical = auth.canonical_request(request)
        expected = auth.signature(auth.string_to_sign(request, canonical), request)
        return self.headers["Authorization"].endswith(f"Signature={expected}") and self.headers["x-amz-security-token"] == TOKEN

    def do_GET(self):
        server = self.server
        server.seen.append(self.path)
        if server.failures > 0:
            server.failures -= 1
            return self.answer(503)
        if not self.is_signed():
            return self.answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        parts = urlsplit(self.path)
        body = server.objects.get((unquote(parts.path), parse_qs(parts.query).get("versionId", [None])[0]))
        if body is None:
            return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        if server.cut_off > 0:
            server.cut_off -= 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            return self.connection.shutdown(socket.SHUT_RDWR)
        return self.answer(200, body)


@pytest.fixture(scope="module")
def endpoint():
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def remote(endpoint, tmp_path_factory):
    patch = pytest.MonkeyPatch()
    for name, value in {"AWS_ENDPOINT_URL_S3": endpoint.url, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                        "AWS_SESSION_TOKEN": TOKEN, "AWS_REGION": "us-east-1"}.items():
        patch.setenv(name, value)
    with Kobel(tmp_path_factory.mktemp("remote")) as kobel:
        patch.undo()
        yield kobel


def create(kobel, name, key, version=None):
    location = {"BucketARN": "arn:aws:s3:::code", "FileKey": key, **({"ObjectVersion": version} if version else {})}
    return kobel.client.create_application(
        ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE, ApplicationConfiguration={
            "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": location}}})["ApplicationDetail"]


def content_of(detail):
    return detail["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"]["CodeContentDescription"]


def test_an_object_is_fetched_signed_and_digested(remote, endpoint):
    body = bytes(range(256)) * 20000
    endpoint.objects["/code/a b+c/ä.jar", None] = body
    content = content_of(create(remote, "one", "a b+c/ä.jar"))
    assert (content["CodeSize"], content["CodeMD5"]) == (len(body), hashlib.md5(body).hexdigest())
    endpoint.objects["/code/v.jar", "old/1"] = b"old"
    content = content_of(create(remote, "versioned", "v.jar", "old/1"))
    assert content["CodeMD5"] == hashlib.md5(b"old").hexdigest()
    assert content["S3ApplicationCodeLocationDescription"]["ObjectVersion"] == "old/1"


def test_an_update_of_the_version_alone_reads_the_same_key(remote, endpoint):
    for version in ("1", "2", None):
        endpoint.objects["/code/w.jar", version] = f"content {version}".encode()
    create(remote, "moved", "w.jar", "1")
    updated = remote.client.update_application(
        ApplicationName="moved", CurrentApplicationVersionId=1, ApplicationConfigurationUpdate={"ApplicationCodeConfigurationUpdate": {
            "CodeContentUpdate": {"S3ContentLocationUpdate": {"ObjectVersionUpdate": "2"}}}})["ApplicationDetail"]
    content = content_of(updated)
    assert content["CodeMD5"] == hashlib.md5(b"content 2").hexdigest()
    assert content["S3ApplicationCodeLocationDescription"] == {
        "BucketARN": "arn:aws:s3:::code", "FileKey": "w.jar", "ObjectVersion": "2"}
    with pytest.raises(ClientError, match="unable to get the specified fileKey: w.jar"):
        remote.client.update_application(
            ApplicationName="moved", CurrentApplicationVersionId=2, ApplicationConfigurationUpdate={
                "ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": {"S3ContentLocationUpdate": {"ObjectVersionUpdate": "9"}}}})


def test_a_missing_object_is_reported_with_the_message_of_the_service(remote):
    with pytest.raises(ClientError, match="Please check the role provided or validity of S3 location you provided. "
                                          "We are unable to get the specified fileKey: nothing.jar in the specified bucket: code") as error:
        create(remote, "missing", "nothing.jar")
    assert error.value.response["Error"]["Code"] == "InvalidArgumentException"


def test_a_failed_request_to_the_endpoint_is_repeated(remote, endpoint):
    endpoint.objects["/code/again.jar", None] = b"x" * 300000
    endpoint.failures, endpoint.cut_off = 1, 1
    endpoint.seen.clear()
    assert content_of(create(remote, "again", "again.jar"))["CodeMD5"] == hashlib.md5(b"x" * 300000).hexdigest()
    assert len(endpoint.seen) == 3


def test_an_endpoint_that_is_down_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with Kobel(tmp_path, "--s3-endpoint", address) as kobel:
            with pytest.raises(ClientError, match=f"The S3 endpoint {address} does not answer") as error:
                create(kobel, "down", "a.jar")
            assert error.value.response["Error"]["Code"] == "InvalidArgumentException"
            assert kobel.client.list_applications()["ApplicationSummaries"] == []


def test_code_from_an_endpoint_runs(remote, endpoint, jars):
    with open(jars["Counting"], "rb") as file:
        endpoint.objects["/code/counting.jar", None] = file.read()
    create(remote, "runs", "counting.jar")
    application = Application(remote, "runs")
    application.start()
    application.wait_for_count(2)
    application.delete()
