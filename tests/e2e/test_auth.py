"""--auth verify: signatures that botocore makes, in headers and in query strings."""

import datetime
import hashlib
import json
import os
import subprocess

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from kobel import BINARY, Kobel, refused

KEY = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = ("ASIAEXAMPLE", "other/secret", "the+session/token==")
HEADERS = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "KinesisAnalytics_20180523.ListApplications"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    with Kobel(tmp_path_factory.mktemp("guarded"), "--auth", "verify", "--auth-key", ":".join(KEY), "--auth-key", ":".join(TEMPORARY)) as kobel:
        yield kobel


def client_of(kobel, key, secret, token=None, region="eu-west-1"):
    return boto3.client("kinesisanalyticsv2", endpoint_url=kobel.url, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret,
                        aws_session_token=token, config=Config(retries={"max_attempts": 1}))


def send(kobel, headers, path="/", body=b"{}"):
    status, _, answer = kobel.request(path, body, "POST", **headers)
    return status, json.loads(answer)


def sign(kobel, auth=SigV4Auth, credentials=KEY, service="kinesisanalytics", query="", headers=None, body=b"{}", method="POST", path="/", **options):
    request = AWSRequest(method, kobel.url + path + query, headers=dict(HEADERS if headers is None else headers))
    signer = auth(Credentials(*credentials), service, "us-east-1", **options)
    signer.payload = lambda _: hashlib.sha256(body).hexdigest()
    signer.add_auth(request)
    return request.prepare()


def send_signed(kobel, prepared, body=b"{}", **changes):
    headers = {name: value if isinstance(value, str) else value.decode() for name, value in prepared.headers.items() if name != "Content-Length"}
    return send(kobel, {**headers, **changes}, prepared.url[len(kobel.url):], body)


def test_valid_signatures_are_accepted(guarded):
    assert client_of(guarded, *KEY).list_applications()["ApplicationSummaries"] == []
    assert client_of(guarded, *TEMPORARY).list_applications(Limit=3)["ApplicationSummaries"] == []
    assert send_signed(guarded, sign(guarded))[0] == 200
    assert send_signed(guarded, sign(guarded, query="?b=2&a1=1&a=%C3%A4%20"))[0] == 200


def test_invalid_signatures_are_refused_with_the_reason(guarded):
    invalid_token = "The security token included in the request is invalid."
    assert refused(client_of(guarded, "AKIDOTHER", KEY[1]).list_applications) == ("UnrecognizedClientException", invalid_token)
    assert refused(client_of(guarded, *KEY, "a token").list_applications) == ("UnrecognizedClientException", invalid_token)
    assert refused(client_of(guarded, *TEMPORARY[:2]).list_applications) == ("UnrecognizedClientException", invalid_token)
    kind, message = refused(client_of(guarded, KEY[0], "wrong").list_applications)
    assert kind == "InvalidSignatureException" and message.startswith("The request signature we calculated does not match")
    assert send(guarded, HEADERS) == (400, {"__type": "MissingAuthenticationTokenException", "Message": "Missing Authentication Token",
                                            "message": "Missing Authentication Token"})
    kind = send_signed(guarded, sign(guarded, service="kinesis"))[1]
    assert (kind["__type"], kind["message"]) == (
        "InvalidSignatureException", "Credential should be scoped to correct service: 'kinesisanalytics'. ")
    status, answer = send(guarded, {**HEADERS, "Authorization": "AWS4-HMAC-SHA256 Credential=a/b"})
    assert answer["__type"] == "IncompleteSignatureException"
    assert answer["message"] == ("Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
                                 "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                                 "Authorization=AWS4-HMAC-SHA256 Credential=a/b")


def test_a_changed_request_is_refused(guarded):
    prepared = sign(guarded)
    assert send_signed(guarded, prepared, **{"X-Amz-Target": "KinesisAnalytics_20180523.ListTagsForResource"})[1]["__type"] == "InvalidSignatureException"
    assert send_signed(guarded, prepared, b'{"Limit":1}')[1]["__type"] == "InvalidSignatureException"


@pytest.mark.parametrize("minutes, words", [(-6, "Signature expired: "), (6, "Signature not yet current: ")])
def test_signatures_are_valid_for_a_limited_time(guarded, monkeypatch, minutes, words):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: moment.replace(tzinfo=None), raising=False)

    class Frozen(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return moment.replace(tzinfo=None)

        @classmethod
        def now(cls, tz=None):
            return moment
    monkeypatch.setattr("botocore.auth.datetime", type("module", (), {"datetime": Frozen, "timezone": datetime.timezone}), raising=False)
    answer = send_signed(guarded, sign(guarded))[1]
    assert answer["__type"] == "InvalidSignatureException" and answer["message"].startswith(words)


def test_a_query_string_can_be_signed(guarded):
    prepared = sign(guarded, SigV4QueryAuth, expires=60)
    assert "X-Amz-Signature=" in prepared.url and send_signed(guarded, prepared)[0] == 200
    assert send_signed(guarded, sign(guarded, SigV4QueryAuth, TEMPORARY))[0] == 200
    assert send_signed(guarded, prepared, Authorization="AWS4-HMAC-SHA256 x")[1]["message"] == (
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    spoilt = prepared.url.replace("X-Amz-Expires=60", "X-Amz-Expires=600")
    assert send(guarded, HEADERS, spoilt[len(guarded.url):])[1]["__type"] == "InvalidSignatureException"


def test_code_is_signed_with_the_request(guarded):
    body = json.dumps({"ApplicationName": "absent", "ZipFileContent": "YWJj" * 30_000}).encode()
    headers = {**HEADERS, "X-Amz-Target": "KinesisAnalytics_20180523.DescribeApplication"}
    prepared = sign(guarded, headers=headers, body=body)
    assert send_signed(guarded, prepared, body)[1]["__type"] == "ResourceNotFoundException"
    assert send_signed(guarded, prepared, body.replace(b"YWJjY", b"YWJkY", 1))[1]["__type"] == "InvalidSignatureException"


def test_a_body_is_parsed_only_after_its_signature_is_verified(guarded):
    unknown = {**HEADERS, "X-Amz-Target": "KinesisAnalytics_20180523.Dance"}
    for headers, body, signed_kind in ((HEADERS, b"[", "SerializationException"), (unknown, b"{}", "UnknownOperationException"),
                                       (HEADERS, b'{"Limit":0}', "ValidationException")):
        assert send(guarded, headers, body=body)[1]["__type"] == "MissingAuthenticationTokenException"
        assert send_signed(guarded, sign(guarded, headers=headers, body=body), body)[1]["__type"] == signed_kind


ROUTES = [("GET", "/kobel/v1/status"), ("GET", "/kobel/v1/openapi.json"), ("GET", "/kobel/v1/clock"), ("POST", "/kobel/v1/clock"), ("GET", "/metrics"),
          ("GET", "/kobel/v1/applications/x"), ("GET", "/kobel/v1/applications/x/events"), ("GET", "/kobel/v1/applications/x/metrics"),
          ("GET", "/kobel/v1/applications/x/scaling"), ("POST", "/kobel/v1/applications/x/faults"), ("GET", "/kobel/v1/nothing"),
          ("POST", "/api/v2/ListApplications"), ("POST", "/")]


@pytest.mark.parametrize("method, path", ROUTES)
def test_every_path_except_health_requires_a_signature(guarded, method, path):
    status, _, body = guarded.request(path, b"{}" if method == "POST" else None, method)
    assert status in (400, 403) and b"Missing Authentication Token" in body
    body = b"{}" if method == "POST" else b""
    prepared = sign(guarded, method=method, path=path, body=body)
    status, _, answer = guarded.request(path, body or None, method, **{name: value for name, value in prepared.headers.items() if name != "Content-Length"})
    assert b"Authentication" not in answer and b"ignature" not in answer and (status in (200, 404) or b"is not a fault" in answer), (status, answer)


def test_health_needs_no_signature(guarded):
    assert guarded.request("/healthz")[0] == 200
    assert guarded.request("/readyz")[0] == 200


def test_headers_of_amazon_have_to_be_signed(guarded):
    prepared = sign(guarded)
    assert send_signed(guarded, prepared, **{"X-Amz-Content-Sha256": "x"})[1] == {
        "__type": "InvalidSignatureException", **dict.fromkeys(
            ("Message", "message"), "'X-Amz-Content-Sha256' must be a 'SignedHeader' in the AWS Authorization.")}
    # The target names the operation.
    only_host = sign(guarded, headers={"Content-Type": HEADERS["Content-Type"]})
    answer = send_signed(guarded, only_host, **{"X-Amz-Target": HEADERS["X-Amz-Target"]})[1]
    assert (answer["__type"], answer["message"][:14]) == ("InvalidSignatureException", "'X-Amz-Target'")


def test_commands_sign_their_requests_and_report_missing_keys(guarded):
    def status(**environment):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return subprocess.run([BINARY, "status"], env={**clean, "KOBEL_URL": guarded.url, **environment}, capture_output=True, text=True, timeout=30)
    assert status(AWS_ACCESS_KEY_ID=KEY[0], AWS_SECRET_ACCESS_KEY=KEY[1]).returncode == 0
    assert status(AWS_ACCESS_KEY_ID=TEMPORARY[0], AWS_SECRET_ACCESS_KEY=TEMPORARY[1], AWS_SESSION_TOKEN=TEMPORARY[2]).returncode == 0
    missing = status()
    assert missing.returncode == 1 and "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in missing.stderr
    wrong = status(AWS_ACCESS_KEY_ID=KEY[0], AWS_SECRET_ACCESS_KEY="other")
    assert wrong.returncode == 1 and "--auth" not in wrong.stderr and "to one of its keys" in wrong.stderr


def test_verification_requires_a_key(tmp_path):
    with pytest.raises(AssertionError, match="--auth-key"):
        Kobel(tmp_path, "--auth", "verify").stop()
