"""How an S3 endpoint is reached: https, proxies, and the Region of its buckets."""

import http.server
import pathlib
import ssl
import subprocess
import threading

import pytest
from botocore.exceptions import ClientError
from enhanced import Snapshots
from s3_server import BUCKET, Authority, S3Server

from kobel import BINARY, ROLE, Application, Kobel

SAVEPOINT = pathlib.Path(__file__).parents[1] / "data" / "savepoints" / "1.20.3" / "canonical"
TOKEN = "session/token=="


class Answering(http.server.ThreadingHTTPServer):
    """Answers every request with a status, headers and a body, by http or https, and keeps what was asked for."""

    def __init__(self, status, headers=(), body=b"", identity=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.headers, self.body, self.seen = status, dict(headers), body, []
        if identity is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(identity.certificate, identity.key)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"{'http' if identity is None else 'https'}://127.0.0.1:{self.server_port}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that does not trust the server closes the connection."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.command, self.path, self.headers))
        self.send_response(self.server.status)
        for name, value in {**self.server.headers, "Content-Length": str(len(self.server.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    do_CONNECT = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def environment(monkeypatch):
    """Sets variables for the daemons of a test, which have the credentials of a role."""
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": TOKEN,
                        "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)

    def set_all(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
    return set_all


def create(kobel):
    """An application with code of the bucket."""
    return kobel.client.create_application(
        ApplicationName="code", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE, ApplicationConfiguration={
            "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {
                "S3ContentLocation": {"BucketARN": f"arn:aws:s3:::{BUCKET}", "FileKey": "code.jar"}}}})


def refusal_of_code(kobel):
    with pytest.raises(ClientError) as error:
        create(kobel)
    assert error.value.response["Error"]["Code"] == "InvalidArgumentException"
    return error.value.response["Error"]["Message"]


def failure_of_import(kobel):
    snapshots = Snapshots(Application(kobel, "reach"))
    operation = snapshots.wait("in", snapshots.import_from("in", BUCKET, "a/")["SnapshotOperationId"])
    assert operation["SnapshotOperationStatus"] == "FAILED", operation
    return operation["SnapshotOperationFailureDetails"]["ErrorInfo"]["ErrorString"]


# --- https ---

@pytest.mark.parametrize("way", ["the variable of the AWS SDKs", "the option"])
def test_code_and_copies_use_https_with_an_authority_of_ones_own(way, environment, tmp_path):
    identity = Authority(tmp_path / "authority").identity("127.0.0.1")
    options = ["--s3-ca-bundle", identity.authority]
    if way != "the option":
        environment(AWS_CA_BUNDLE=identity.authority)
        options = []
    with open(tmp_path / "moto.log", "w") as log:
        server = S3Server(log, identity)
        try:
            server.upload(SAVEPOINT, "outside/")
            server.client.put_object(Bucket=BUCKET, Key="code.jar", Body=b"code")
            with Kobel(tmp_path / "data", "--s3-endpoint", server.url, *options) as kobel:
                create(kobel)
                snapshots = Snapshots(Application(kobel, "secure"))
                snapshots.wait_for_success("in", snapshots.import_from("in", BUCKET, "outside/"))
                prefix = snapshots.export_to_end("in", BUCKET, "out/")
            assert server.keys(prefix) == {f"{prefix}{path.name}": path.stat().st_size for path in SAVEPOINT.iterdir()}
        finally:
            server.stop()


def failures(url, data, *options):
    """What code and an import answer."""
    with Kobel(data, "--s3-endpoint", url, *options) as kobel:
        return refusal_of_code(kobel), failure_of_import(kobel)


def test_an_authority_that_is_not_known_is_the_reason_of_the_failure(environment, tmp_path):
    """At once: a failure that does not pass. So is an authority with the same name and another key."""
    identity = Authority(tmp_path / "authority").identity("127.0.0.1")
    other = Authority(tmp_path / "other")
    with Answering(200, identity=identity) as server:
        for reason in failures(server.url, tmp_path / "system"):
            assert f"No secure connection to the S3 endpoint {server.url}: SSL certificate problem" in reason
            assert "give --s3-ca-bundle or AWS_CA_BUNDLE" in reason
        for reason in failures(server.url, tmp_path / "data", "--s3-ca-bundle", other.path):
            assert f"No secure connection to the S3 endpoint {server.url}: " in reason
        assert server.seen == []


def test_a_certificate_of_another_host_is_the_reason_of_the_failure(environment, tmp_path):
    identity = Authority(tmp_path / "authority").identity("127.0.0.2")
    with Answering(200, identity=identity) as server:
        for reason in failures(server.url, tmp_path / "data", "--s3-ca-bundle", identity.authority):
            assert "SSL: no alternative certificate subject name matches target host name '127.0.0.1'" in reason
        assert server.seen == []


def test_an_endpoint_without_tls_is_the_reason_of_the_failure(environment, tmp_path):
    with Answering(200) as server:
        for reason in failures(server.url.replace("http:", "https:"), tmp_path / "data"):
            assert "No secure connection to the S3 endpoint" in reason and "wrong version number" in reason


def test_an_endpoint_that_ends_the_connection_is_asked_again(environment, tmp_path):
    """It may be a proxy whose servers are not up yet."""
    identity = Authority(tmp_path / "authority").identity("127.0.0.1")

    class Ending(Answering):
        ended = 0

        def get_request(self):
            connection, address = self.socket.accept()
            if self.ended < 2:
                self.ended += 1
                connection.recv(1)
                connection.close()
                raise OSError("ended")
            return connection, address
    with Ending(200, body=b"code") as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.certificate, identity.key)
        server.finish_request = lambda connection, address: Handler(context.wrap_socket(connection, server_side=True), address, server)
        with Kobel(tmp_path / "data", "--s3-endpoint", server.url.replace("http:", "https:"), "--s3-ca-bundle", identity.authority) as kobel:
            create(kobel)
        assert server.ended == 2 and len(server.seen) == 1


def test_a_bundle_that_cannot_be_read_is_reported_by_the_start(environment, tmp_path):
    missing = tmp_path / "no-such.pem"
    started = subprocess.run([BINARY, "serve", "--port", "0", "--data", tmp_path / "data", "--s3-endpoint", "https://s3.example.test",
                              "--s3-ca-bundle", missing], capture_output=True, text=True)
    assert started.returncode != 0
    assert f"the CA bundle {missing} (--s3-ca-bundle, AWS_CA_BUNDLE): No such file or directory" in started.stderr


# --- proxies ---

def test_only_an_endpoint_elsewhere_is_reached_through_the_proxy(environment, tmp_path):
    with Answering(404, body=b"<Error><Code>NoSuchKey</Code></Error>") as here, Answering(403) as proxy:
        # Not in the environment of boto3, which would use it.
        wrapper = ("env", f"http_proxy={proxy.url}", f"https_proxy={proxy.url}")
        for number, host in enumerate(("127.0.0.1", "localhost")):
            with Kobel(tmp_path / str(number), "--s3-endpoint", f"http://{host}:{here.server_port}", wrapper=wrapper) as kobel:
                refusal_of_code(kobel)
        assert len(here.seen) == 2 and proxy.seen == []
        with Kobel(tmp_path / "http", "--s3-endpoint", "http://s3.example.test", wrapper=wrapper) as kobel:
            refusal_of_code(kobel)
        (command, url, headers), = proxy.seen
        assert (command, url) == ("GET", "http://s3.example.test/copies/code.jar")
        assert headers["x-amz-security-token"] == TOKEN
        proxy.seen.clear()
        with Kobel(tmp_path / "https", "--s3-endpoint", "https://s3.example.test", wrapper=wrapper) as kobel:
            reason = refusal_of_code(kobel)
            assert "CONNECT" in reason and "403" in reason
        assert {(command, address) for command, address, _ in proxy.seen} == {("CONNECT", "s3.example.test:443")}


# --- Regions ---

@pytest.mark.parametrize("status, headers, body", [
    (301, {"x-amz-bucket-region": "eu-west-1"}, "<Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be "
     "addressed using the specified endpoint.</Message><Endpoint>s3.eu-west-1.amazonaws.com</Endpoint>"),
    (400, {}, "<Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; "
     "expecting 'eu-west-1'</Message><Region>eu-west-1</Region>")])
def test_a_bucket_of_another_region_is_named_with_its_region(status, headers, body, environment, tmp_path):
    with Answering(status, headers, f"<Error>{body}</Error>".encode()) as server:
        with Kobel(tmp_path / "data", "--s3-endpoint", server.url) as kobel:
            for reason in (refusal_of_code(kobel), failure_of_import(kobel)):
                assert "the bucket is in the Region eu-west-1" in reason and "https://s3.eu-west-1.amazonaws.com" in reason
