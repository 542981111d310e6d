"""Signatures at kobel's S3 endpoint, and what a killed daemon, a client that goes and a full disk leave."""

import hashlib
import io
import os
import pathlib
import socket
import subprocess
import urllib.parse

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kobel import Kobel, refused, wait_for
from own_s3 import MIB, client_of, code, keys_of

KEY = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    with Kobel(tmp_path_factory.mktemp("guarded-s3"), "--auth", "verify", "--auth-key", ":".join(KEY)) as kobel:
        client_of(kobel.url, KEY).create_bucket(Bucket="guarded")
        yield kobel


def test_signatures_are_checked(guarded):
    right = client_of(guarded.url, KEY)
    right.put_object(Bucket="guarded", Key="a b/ä+", Body=b"1")
    assert right.get_object(Bucket="guarded", Key="a b/ä+")["Body"].read() == b"1"
    right.upload_fileobj(io.BytesIO(bytes(9 * MIB)), "guarded", "big")
    assert code(client_of(guarded.url, (KEY[0], "wrong")).get_object, Bucket="guarded", Key="big") == "SignatureDoesNotMatch"
    assert code(client_of(guarded.url, ("other", "wrong")).put_object, Bucket="guarded", Key="no", Body=b"1") == "InvalidAccessKeyId"
    signed = client_of(guarded.url, KEY, signature_version="s3v4").generate_presigned_url("get_object", Params={"Bucket": "guarded", "Key": "a b/ä+"})
    assert guarded.request(signed[len(guarded.url):])[2] == b"1"
    assert guarded.request(signed[len(guarded.url):].replace("/a%20b/", "/a%20c/"))[0] == 403
    assert guarded.request("/guarded/big")[0] != 200
    assert guarded.request("/guarded/no", b"1", "PUT")[0] != 200
    # The address is right, and the body is another one.
    request = AWSRequest("PUT", guarded.url + "/guarded/no", data=b"signed", headers={})
    S3SigV4Auth(Credentials(*KEY), "s3", "us-east-1").add_auth(request)
    sent = {name: value for name, value in request.headers.items()}
    assert sent.get("X-Amz-Content-SHA256") == hashlib.sha256(b"signed").hexdigest()
    assert b"XAmzContentSHA256Mismatch" in guarded.request("/guarded/no", b"change", "PUT", **sent)[2]
    assert keys_of(right.list_objects_v2(Bucket="guarded")) == ["a b/ä+", "big"]


def begin_upload(kobel, bucket, size):
    """A PUT whose body does not end."""
    connection = socket.create_connection(("127.0.0.1", urllib.parse.urlparse(kobel.url).port))
    connection.sendall(f"PUT /{bucket}/half HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode())
    connection.sendall(bytes(MIB))
    return connection


def unfinished(kobel, bucket):
    return list((pathlib.Path(kobel.data) / "s3" / bucket / ".kobel-uploads").glob("new-*"))


def test_a_kill_in_the_middle_leaves_no_part_of_an_object(tmp_path):
    with Kobel(tmp_path) as kobel:
        s3 = client_of(kobel.url)
        s3.create_bucket(Bucket="killed")
        s3.put_object(Bucket="killed", Key="half", Body=b"whole")
        upload = {"Bucket": "killed", "Key": "parts", "UploadId": s3.create_multipart_upload(Bucket="killed", Key="parts")["UploadId"]}
        part = s3.upload_part(**upload, PartNumber=1, Body=b"part")["ETag"]
        with begin_upload(kobel, "killed", 10 * MIB):
            wait_for(lambda: unfinished(kobel, "killed"), "the upload has begun")
            assert s3.get_object(Bucket="killed", Key="half")["Body"].read() == b"whole"
            assert keys_of(s3.list_objects_v2(Bucket="killed")) == ["half"]
            kobel.kill()
        assert unfinished(kobel, "killed")
        kobel.start()
        assert not unfinished(kobel, "killed")
        s3 = client_of(kobel.url)
        assert s3.get_object(Bucket="killed", Key="half")["Body"].read() == b"whole"
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
        assert s3.get_object(Bucket="killed", Key="parts")["Body"].read() == b"part"


def test_a_client_that_goes_leaves_nothing(tmp_path):
    with Kobel(tmp_path) as kobel:
        client_of(kobel.url).create_bucket(Bucket="left")
        with begin_upload(kobel, "left", 10 * MIB):
            # libmicrohttpd does not see an end that comes with the last bytes until the connection is idle for a minute.
            wait_for(lambda: [path.stat().st_size for path in unfinished(kobel, "left")] == [MIB], "all that was sent is written")
        wait_for(lambda: list((pathlib.Path(kobel.data) / "s3/left").iterdir()) == [], "the upload is removed")


@pytest.fixture
def small_disk(tmp_path):
    """A directory with 48 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "kobel-test", str(disk)], capture_output=True).returncode != 0:
        pytest.skip("this environment cannot mount a small file system")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(small_disk, tmp_path):
    with Kobel(tmp_path / "data", "--s3-root", str(small_disk)) as kobel:
        s3 = client_of(kobel.url)
        s3.create_bucket(Bucket="small")
        place = {"Bucket": "small", "Key": "k"}
        found, message = refused(s3.put_object, **place, Body=bytes(40 * MIB))
        assert found == "InsufficientStorage" and "disk is full" in message
        upload = {**place, "UploadId": s3.create_multipart_upload(**place)["UploadId"]}
        etag = s3.upload_part(**upload, PartNumber=1, Body=bytes(28 * MIB))["ETag"]
        # The parts are joined by copying them.
        parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
        assert code(s3.complete_multipart_upload, **upload, MultipartUpload=parts) == "InsufficientStorage"
        assert len(s3.list_parts(**upload)["Parts"]) == 1
        s3.abort_multipart_upload(**upload)
        wait_for(lambda: list((small_disk / "small").iterdir()) == [], "nothing is left")
        s3.put_object(**place, Body=bytes(MIB))
