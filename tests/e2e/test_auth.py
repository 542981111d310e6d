"""--auth verify: signatures in headers and in query strings, against what botocore signs."""

import datetime
import hashlib
import json
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from kobel import Kobel

KEY = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = ("ASIAEXAMPLE", "other/secret", "the+session/token==")
HEADERS = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "KinesisAnalytics_20180523.ListApplications"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    kobel = Kobel(tmp_path_factory.mktemp("guarded"), "--auth", "verify", "--auth-key", ":".join(KEY), "--auth-key", ":".join(TEMPORARY))
    yield kobel
    assert kobel.stop() == 0


def client_of(kobel, key, secret, token=None, region="eu-west-1"):
    return boto3.client("kinesisanalyticsv2", endpoint_url=kobel.url, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret,
                        aws_session_token=token, config=Config(retries={"max_attempts": 1}))


def refusal(call, *arguments, **named):
    with pytest.raises(ClientError) as error:
        call(*arguments, **named)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def send(kobel, headers, path="/", body=b"{}"):
    request = urllib.request.Request(kobel.url + path, data=body, method="POST", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def sign(kobel, auth=SigV4Auth, credentials=KEY, service="kinesisanalytics", query="", **options):
    request = AWSRequest("POST", kobel.url + "/" + query, headers=dict(HEADERS))
    signer = auth(Credentials(*credentials), service, "us-east-1", **options)
    signer.payload = lambda _: hashlib.sha256(b"{}").hexdigest()
    signer.add_auth(request)
    return request.prepare()


def send_signed(kobel, prepared, body=b"{}", **changes):
    headers = {name: value if isinstance(value, str) else value.decode() for name, value in prepared.headers.items() if name != "Content-Length"}
    return send(kobel, {**headers, **changes}, prepared.url[len(kobel.url):], body)


def test_those_who_have_a_key_are_let_in(guarded):
    assert client_of(guarded, *KEY).list_applications()["ApplicationSummaries"] == []
    assert client_of(guarded, *TEMPORARY).list_applications(Limit=3)["ApplicationSummaries"] == []
    assert send_signed(guarded, sign(guarded))[0] == 200
    assert send_signed(guarded, sign(guarded, query="?b=2&a1=1&a=%C3%A4%20"))[0] == 200


def test_others_are_told_what_is_wrong(guarded):
    invalid_token = "The security token included in the request is invalid."
    assert refusal(client_of(guarded, "AKIDOTHER", KEY[1]).list_applications) == ("UnrecognizedClientException", invalid_token)
    assert refusal(client_of(guarded, *KEY, "a token").list_applications) == ("UnrecognizedClientException", invalid_token)
    assert refusal(client_of(guarded, *TEMPORARY[:2]).list_applications) == ("UnrecognizedClientException", invalid_token)
    kind, message = refusal(client_of(guarded, KEY[0], "wrong").list_applications)
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


def test_what_was_signed_must_not_be_changed(guarded):
    prepared = sign(guarded)
    assert send_signed(guarded, prepared, **{"X-Amz-Target": "KinesisAnalytics_20180523.ListTagsForResource"})[1]["__type"] == "InvalidSignatureException"
    assert send_signed(guarded, prepared, b'{"Limit":1}')[1]["__type"] == "InvalidSignatureException"


@pytest.mark.parametrize("minutes, words", [(-6, "Signature expired: "), (6, "Signature not yet current: ")])
def test_signatures_have_their_time(guarded, monkeypatch, minutes, words):
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


def test_the_order_of_checks(guarded):
    assert send(guarded, HEADERS, body=b"[")[1]["__type"] == "SerializationException"
    unknown = {**HEADERS, "X-Amz-Target": "KinesisAnalytics_20180523.Dance"}
    assert send(guarded, unknown)[1]["__type"] == "UnknownOperationException"
    assert send(guarded, HEADERS, body=b'{"Limit":0}')[1]["__type"] == "MissingAuthenticationTokenException"


def test_verification_wants_a_key(tmp_path):
    with pytest.raises(AssertionError, match="--auth-key"):
        Kobel(tmp_path, "--auth", "verify").stop()
