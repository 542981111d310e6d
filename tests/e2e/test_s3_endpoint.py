"""kobel's S3 endpoint (docs/s3.md): boto3, the AWS CLI and presigned addresses."""

import base64
import hashlib
import io
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import urllib.parse
import zlib

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from kobel import Kobel, refused, wait_for
from own_s3 import MIB, client_of, code, keys_of

AWS = pathlib.Path(sys.executable).parent / "aws"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with Kobel(tmp_path_factory.mktemp("s3endpoint")) as kobel:
        yield kobel


@pytest.fixture(scope="module")
def s3(daemon):
    return client_of(daemon.url)


@pytest.fixture
def bucket(daemon, s3, request):
    """A new bucket of that test; its directory is `bucket.path`."""
    name = "b-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    s3.create_bucket(Bucket=name)
    made = boto3.resource("s3", endpoint_url=daemon.url, region_name="us-east-1", aws_access_key_id="test",
                          aws_secret_access_key="test").Bucket(name)
    made.path = pathlib.Path(daemon.data) / "s3" / name
    return made


def files_of(bucket):
    return sorted(str(path.relative_to(bucket.path)) for path in bucket.path.rglob("*") if path.is_file())


# --- objects ---


def test_an_object_is_a_file_with_its_headers(s3, bucket):
    put = s3.put_object(Bucket=bucket.name, Key="a/ä b+c%.txt", Body=b"hello", ContentType="text/plain", CacheControl="no-cache",
                        Metadata={"Colour": "red"})
    assert put["ETag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'
    assert (bucket.path / "a/ä b+c%.txt").read_bytes() == b"hello"
    got = s3.get_object(Bucket=bucket.name, Key="a/ä b+c%.txt", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"hello"
    assert (got["ETag"], got["ContentType"], got["CacheControl"], got["Metadata"]) == (put["ETag"], "text/plain", "no-cache", {"colour": "red"})
    assert base64.b64decode(got["ChecksumCRC32"]) == zlib.crc32(b"hello").to_bytes(4, "big")
    assert s3.head_object(Bucket=bucket.name, Key="a/ä b+c%.txt")["ContentLength"] == 5
    s3.delete_object(Bucket=bucket.name, Key="a/ä b+c%.txt")
    # Also the directory, which is not an object.
    assert list(bucket.path.iterdir()) == []
    assert code(s3.get_object, Bucket=bucket.name, Key="a/ä b+c%.txt") == "NoSuchKey"
    s3.delete_object(Bucket=bucket.name, Key="a/never")


def test_ranges_and_conditions_of_reading(s3, bucket):
    etag = s3.put_object(Bucket=bucket.name, Key="digits", Body=b"0123456789")["ETag"]

    def part(text):
        got = s3.get_object(Bucket=bucket.name, Key="digits", Range=text)
        return got["ResponseMetadata"]["HTTPStatusCode"], got.get("ContentRange"), got["Body"].read()

    assert part("bytes=2-4") == (206, "bytes 2-4/10", b"234")
    assert part("bytes=7-") == (206, "bytes 7-9/10", b"789")
    assert part("bytes=-3") == (206, "bytes 7-9/10", b"789")
    assert part("bytes=8-100") == (206, "bytes 8-9/10", b"89")
    assert part("bytes=4-2") == (200, None, b"0123456789")
    assert code(s3.get_object, Bucket=bucket.name, Key="digits", Range="bytes=10-") == "InvalidRange"
    assert code(s3.get_object, Bucket=bucket.name, Key="digits", IfNoneMatch=etag) == "304"
    assert code(s3.get_object, Bucket=bucket.name, Key="digits", IfMatch='"other"') == "PreconditionFailed"
    modified = s3.head_object(Bucket=bucket.name, Key="digits", IfMatch=etag)["LastModified"]
    assert code(s3.get_object, Bucket=bucket.name, Key="digits", IfModifiedSince=modified) == "304"
    assert s3.get_object(Bucket=bucket.name, Key="digits", IfUnmodifiedSince=modified)["Body"].read() == b"0123456789"


def test_a_file_put_there_by_hand_is_an_object(s3, bucket):
    s3.put_object(Bucket=bucket.name, Key="changed", Body=b"before", ContentType="text/css")
    (bucket.path / "by/hand").mkdir(parents=True)
    (bucket.path / "by/hand/file").write_text("content")
    (bucket.path / "changed").write_text("after it")
    listed = s3.list_objects_v2(Bucket=bucket.name)
    assert keys_of(listed) == ["by/hand/file", "changed"]
    etag = s3.head_object(Bucket=bucket.name, Key="by/hand/file")["ETag"]
    # Clients must not take it for an MD5.
    assert etag.endswith('-1"') and etag == listed["Contents"][0]["ETag"]
    head = s3.head_object(Bucket=bucket.name, Key="changed")
    assert head["ETag"].endswith('-1"') and head["ContentType"] == "binary/octet-stream"


@pytest.mark.parametrize("key, words", [
    ("a//b", "is empty"), ("../up", "'..'"), ("a/./b", "'.'"), ("x" * 256, "more than 255 bytes"), (".kobel-uploads/x", "reserved"),
    ("file/below", "is an object already"), ("directory", "with the prefix"),
])
def test_keys_that_no_file_can_have_are_refused(s3, bucket, key, words):
    s3.put_object(Bucket=bucket.name, Key="file", Body=b"1")
    s3.put_object(Bucket=bucket.name, Key="directory/below", Body=b"1")
    found, message = refused(s3.put_object, Bucket=bucket.name, Key=key, Body=b"1")
    assert found == "InvalidRequest" and words in message
    assert files_of(bucket) == ["directory/below", "file"]
    assert code(s3.get_object, Bucket=bucket.name, Key=key) == "NoSuchKey"


def test_links_do_not_lead_out_of_a_bucket(s3, bucket, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (bucket.path / "link").symlink_to(tmp_path / "secret")
    (bucket.path / "way").symlink_to(tmp_path)
    assert code(s3.get_object, Bucket=bucket.name, Key="link") == "NoSuchKey"
    assert code(s3.get_object, Bucket=bucket.name, Key="way/secret") == "NoSuchKey"
    code(s3.put_object, Bucket=bucket.name, Key="way/new", Body=b"1")
    s3.delete_object(Bucket=bucket.name, Key="link")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret"]
    assert keys_of(s3.list_objects_v2(Bucket=bucket.name)) == []


def test_wrong_digests_leave_nothing(s3, bucket):
    assert code(s3.put_object, Bucket=bucket.name, Key="k", Body=b"1", ContentMD5=base64.b64encode(bytes(16)).decode()) == "BadDigest"
    assert code(s3.put_object, Bucket=bucket.name, Key="k", Body=b"1", ChecksumCRC32="AAAAAA==") == "BadDigest"
    assert code(s3.put_object, Bucket=bucket.name, Key="k", Body=b"1", ChecksumSHA256=base64.b64encode(bytes(32)).decode()) == "BadDigest"
    for algorithm in ("CRC32", "SHA256"):
        s3.put_object(Bucket=bucket.name, Key=algorithm, Body=b"1" * 100000, ChecksumAlgorithm=algorithm)
    assert files_of(bucket) == ["CRC32", "SHA256"]


def test_a_body_in_chunks_with_its_checksum_behind_it(daemon, s3, bucket):
    content = os.urandom(150000)
    checksum = base64.b64encode(zlib.crc32(content).to_bytes(4, "big"))

    def put(behind, size=len(content)):
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (content[:65536], content[65536:])) + b"0\r\n" + behind + b"\r\n"
        status, headers, answer = daemon.request(f"/{bucket.name}/k", body, "PUT", **{
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked", "Content-Type": "text/x",
            "x-amz-decoded-content-length": str(size), "x-amz-trailer": "x-amz-checksum-crc32"})
        return status, headers.get("x-amz-checksum-crc32"), answer

    assert put(b"x-amz-checksum-crc32:" + checksum + b"\r\n")[:2] == (200, checksum.decode())
    got = s3.get_object(Bucket=bucket.name, Key="k")
    assert got["Body"].read() == content and "ContentEncoding" not in got
    assert b"BadDigest" in put(b"x-amz-checksum-crc32:AAAAAA==\r\n")[2]
    assert b"IncompleteBody" in put(b"x-amz-checksum-crc32:" + checksum + b"\r\n", size=1)[2]


def test_what_is_not_offered_is_refused_clearly(s3, bucket):
    s3.put_object(Bucket=bucket.name, Key="k", Body=b"1")
    assert s3.get_object_tagging(Bucket=bucket.name, Key="k")["TagSet"] == []
    assert code(s3.put_object_tagging, Bucket=bucket.name, Key="k", Tagging={"TagSet": []}) == "NotImplemented"
    assert code(s3.get_bucket_policy, Bucket=bucket.name) == "NotImplemented"
    assert code(s3.put_object, Bucket=bucket.name, Key="k", Body=b"1", Tagging="a=b") == "NotImplemented"
    assert code(s3.get_object, Bucket=bucket.name, Key="k", VersionId="v1") == "NoSuchVersion"
    assert s3.get_object(Bucket=bucket.name, Key="k", VersionId="null")["Body"].read() == b"1"
    assert s3.get_bucket_versioning(Bucket=bucket.name).get("Status") is None


# --- conditional writing ---


def test_of_two_writers_with_a_condition_one_wins(daemon, bucket):
    etag = None
    for round_number in range(4):
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        results = []

        def put(number):
            try:
                results.append((number, client_of(daemon.url).put_object(Bucket=bucket.name, Key="k", Body=b"%d" % number * 50000, **condition)["ETag"]))
            except ClientError as error:
                assert error.response["Error"]["Code"] == "PreconditionFailed"

        writers = [threading.Thread(target=put, args=(10 * round_number + number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert len(results) == 1
        assert (bucket.path / "k").read_bytes() == b"%d" % results[0][0] * 50000
        etag = results[0][1]


def test_a_condition_on_an_object_that_is_not_there(s3, bucket):
    assert code(s3.put_object, Bucket=bucket.name, Key="k", Body=b"1", IfMatch='"x"') == "NoSuchKey"


# --- lists ---


def test_lists_are_in_the_order_of_bytes_and_in_pages(s3, bucket):
    keys = ["a", "a!b", "a-/x", "a/b", "a/bc", "a/c/d", "b/1", "b/2", "ä/ö", "Z"]
    for key in keys:
        s3.put_object(Bucket=bucket.name, Key=key.replace("a/", "a0/", 1) if key.startswith("a/") else key, Body=b"")
    expected = sorted((key.replace("a/", "a0/", 1) if key.startswith("a/") else key for key in keys), key=lambda key: key.encode())
    for size in (1, 3, 1000):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket.name, PaginationConfig={"PageSize": size})
        assert [key for page in pages for key in keys_of(page)] == expected
        pages = s3.get_paginator("list_objects").paginate(Bucket=bucket.name, PaginationConfig={"PageSize": size})
        assert [key for page in pages for key in keys_of(page)] == expected
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket.name, Delimiter="/", PaginationConfig={"PageSize": size}))
        assert [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])] == ["a-/", "a0/", "b/", "ä/"]
        assert [key for page in pages for key in keys_of(page)] == ["Z", "a", "a!b"]
    assert keys_of(s3.list_objects_v2(Bucket=bucket.name, Prefix="b/", StartAfter="b/1")) == ["b/2"]
    assert keys_of(s3.list_objects_v2(Bucket=bucket.name, Prefix="a0/b")) == ["a0/b", "a0/bc"]
    assert s3.list_objects_v2(Bucket=bucket.name, Prefix="none")["KeyCount"] == 0
    assert code(s3.list_objects_v2, Bucket=bucket.name, ContinuationToken="%%%") == "InvalidArgument"


def test_a_directory_with_more_files_than_one_page(s3, bucket):
    for number in range(2345):
        (bucket.path / f"{number:05d}").touch()
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket.name))
    assert [len(page["Contents"]) for page in pages] == [1000, 1000, 345]
    assert [key for page in pages for key in keys_of(page)] == [f"{number:05d}" for number in range(2345)]
    answer = s3.delete_objects(Bucket=bucket.name, Delete={"Objects": [{"Key": f"{number:05d}"} for number in range(1000)]})
    assert len(answer["Deleted"]) == 1000 and len(files_of(bucket)) == 1345


def test_markers_of_directories(s3, bucket):
    s3.put_object(Bucket=bucket.name, Key="empty/", Body=b"")
    assert keys_of(s3.list_objects_v2(Bucket=bucket.name)) == ["empty/"]
    assert (bucket.path / "empty").is_dir()
    s3.put_object(Bucket=bucket.name, Key="empty/now/not", Body=b"1")
    s3.delete_object(Bucket=bucket.name, Key="empty/now/not")
    assert keys_of(s3.list_objects_v2(Bucket=bucket.name)) == ["empty/"]
    s3.delete_object(Bucket=bucket.name, Key="empty/")
    assert list(bucket.path.iterdir()) == []


# --- buckets ---


def test_the_life_of_a_bucket(daemon, s3):
    assert code(s3.create_bucket, Bucket="Not.-A") == "InvalidBucketName"
    s3.create_bucket(Bucket="some-life")
    assert code(s3.create_bucket, Bucket="some-life") == "BucketAlreadyOwnedByYou"
    assert "some-life" in [one["Name"] for one in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket="some-life")["LocationConstraint"] is None
    s3.put_object(Bucket="some-life", Key="a/b", Body=b"1")
    assert code(s3.delete_bucket, Bucket="some-life") == "BucketNotEmpty"
    s3.delete_object(Bucket="some-life", Key="a/b")
    s3.delete_bucket(Bucket="some-life")
    assert code(s3.head_bucket, Bucket="some-life") == "404"
    assert code(s3.put_object, Bucket="some-life", Key="k", Body=b"1") == "NoSuchBucket"
    assert not (pathlib.Path(daemon.data) / "s3/some-life").exists()


# --- parts ---


def test_an_upload_in_parts(s3, bucket):
    content = os.urandom(8 * MIB) * 2 + b"end"
    s3.upload_fileobj(io.BytesIO(content), bucket.name, "big", ExtraArgs={"ContentType": "text/x-big"},
                      Config=TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB))
    head = s3.head_object(Bucket=bucket.name, Key="big")
    parts = [content[at:at + 8 * MIB] for at in range(0, len(content), 8 * MIB)]
    of_parts = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()
    assert (head["ETag"], head["ContentType"], head["ContentLength"]) == (f'"{of_parts}-3"', "text/x-big", len(content))
    got = io.BytesIO()
    s3.download_fileobj(bucket.name, "big", got)
    assert got.getvalue() == content
    # The copy in parts, as the AWS CLI makes it of a large object.
    s3.copy({"Bucket": bucket.name, "Key": "big"}, bucket.name, "copy", Config=TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB))
    assert (bucket.path / "copy").read_bytes() == content
    wait_for(lambda: not (bucket.path / ".kobel-uploads").exists(), "the parts are removed")


def test_the_rules_of_uploads_in_parts(s3, bucket):
    place = {"Bucket": bucket.name, "Key": "k"}
    upload = {**place, "UploadId": s3.create_multipart_upload(**place)["UploadId"]}
    small = s3.upload_part(**upload, PartNumber=2, Body=b"small")["ETag"]
    last = s3.upload_part(**upload, PartNumber=7, Body=b"last")["ETag"]
    assert [part["PartNumber"] for part in s3.list_parts(**upload)["Parts"]] == [2, 7]
    page = s3.list_parts(**upload, MaxParts=1)
    assert page["IsTruncated"] and page["NextPartNumberMarker"] == 2
    assert [one["Key"] for one in s3.list_multipart_uploads(Bucket=bucket.name)["Uploads"]] == ["k"]

    def complete(*parts, **more):
        return code(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in parts]}, **more)

    assert complete((2, small), (7, last)) == "EntityTooSmall"
    assert complete((7, last), (2, small)) == "InvalidPartOrder"
    assert complete((2, last)) == "InvalidPart"
    assert complete((3, last)) == "InvalidPart"
    s3.put_object(**place, Body=b"there")
    assert complete((7, last), IfNoneMatch="*") == "PreconditionFailed"
    # Again, as S3 allows it to a client that saw no answer: until there is another object.
    whole = {**upload, "MultipartUpload": {"Parts": [{"PartNumber": 7, "ETag": last}]}}
    made = s3.complete_multipart_upload(**whole)["ETag"]
    assert s3.complete_multipart_upload(**whole)["ETag"] == s3.complete_multipart_upload(**whole, IfNoneMatch="*")["ETag"] == made
    assert s3.get_object(**place)["Body"].read() == b"last"
    s3.put_object(**place, Body=b"another")
    assert code(s3.complete_multipart_upload, **whole) == "NoSuchUpload"
    assert code(s3.upload_part, **upload, PartNumber=1, Body=b"1") == "NoSuchUpload"
    other = {**place, "UploadId": s3.create_multipart_upload(**place)["UploadId"]}
    assert code(s3.upload_part, **other, PartNumber=10001, Body=b"1") == "InvalidArgument"
    s3.abort_multipart_upload(**other)
    assert code(s3.list_parts, **other) == "NoSuchUpload"


def test_uploads_are_listed_in_pages_by_their_keys(s3, bucket):
    keys = ["b", "a/2", "a/10", "a", "b", "c", "a/1"]
    ids = {(key, s3.create_multipart_upload(Bucket=bucket.name, Key=key)["UploadId"]) for key in keys}
    for size in (1, 2, 3, 100):
        pages = list(s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket.name, PaginationConfig={"PageSize": size}))
        assert len(pages) == -(-len(keys) // size)
        uploads = [upload for page in pages for upload in page["Uploads"]]
        assert [upload["Key"] for upload in uploads] == sorted(keys)
        assert {(upload["Key"], upload["UploadId"]) for upload in uploads} == ids
    listed = s3.list_multipart_uploads(Bucket=bucket.name, Prefix="a/", MaxUploads=2)
    assert [upload["Key"] for upload in listed["Uploads"]] == ["a/1", "a/10"] and listed["IsTruncated"]
    # Without the id of an upload all of the key are left out.
    assert [upload["Key"] for upload in s3.list_multipart_uploads(Bucket=bucket.name, KeyMarker="b")["Uploads"]] == ["c"]


# --- copies ---


def test_copies_keep_or_replace_the_headers(s3, bucket):
    s3.put_object(Bucket=bucket.name, Key="from", Body=b"1", ContentType="text/plain", Metadata={"a": "b"})
    source = {"Bucket": bucket.name, "Key": "from"}
    etag = s3.copy_object(Bucket=bucket.name, Key="to/x", CopySource=source)["CopyObjectResult"]["ETag"]
    assert etag == f'"{hashlib.md5(b"1").hexdigest()}"'
    assert s3.head_object(Bucket=bucket.name, Key="to/x")["Metadata"] == {"a": "b"}
    assert code(s3.copy_object, Bucket=bucket.name, Key="from", CopySource=source) == "InvalidRequest"
    s3.copy_object(Bucket=bucket.name, Key="from", CopySource=source, MetadataDirective="REPLACE", Metadata={"c": "d"})
    assert s3.head_object(Bucket=bucket.name, Key="from")["Metadata"] == {"c": "d"}
    assert code(s3.copy_object, Bucket=bucket.name, Key="k", CopySource=source, CopySourceIfMatch='"x"') == "PreconditionFailed"
    assert code(s3.copy_object, Bucket=bucket.name, Key="k", CopySource={**source, "Key": "none"}) == "NoSuchKey"


# --- clients ---


def test_the_aws_cli(daemon, s3, bucket, tmp_path):
    def aws(*arguments):
        return subprocess.run([AWS, "s3", *arguments], env=daemon.environment(), check=True, capture_output=True, text=True).stdout

    (tmp_path / "tree/sub").mkdir(parents=True)
    (tmp_path / "tree/one.jar").write_bytes(os.urandom(9 * MIB))
    (tmp_path / "tree/sub/two").write_text("2")
    url = f"s3://{bucket.name}"
    aws("sync", str(tmp_path / "tree"), f"{url}/tree")
    assert files_of(bucket) == ["tree/one.jar", "tree/sub/two"]
    assert "upload" not in aws("sync", str(tmp_path / "tree"), f"{url}/tree")
    assert "PRE sub/" in aws("ls", f"{url}/tree/")
    aws("mv", f"{url}/tree/one.jar", f"{url}/moved.jar")
    assert (bucket.path / "moved.jar").read_bytes() == (tmp_path / "tree/one.jar").read_bytes()
    aws("cp", f"{url}/moved.jar", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == (tmp_path / "tree/one.jar").read_bytes()
    aws("rm", url, "--recursive")
    assert files_of(bucket) == []


def test_code_that_was_uploaded_is_seen_at_once(daemon, s3, bucket):
    s3.put_object(Bucket=bucket.name, Key="app.jar", Body=b"PK\x05\x06" + bytes(18))
    created = daemon.client.create_application(
        ApplicationName="uploaded", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole="arn:aws:iam::000000000000:role/test",
        ApplicationConfiguration={"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
            "BucketARN": f"arn:aws:s3:::{bucket.name}", "FileKey": "app.jar"}}}})["ApplicationDetail"]
    assert created["ApplicationStatus"] == "READY"
    daemon.client.delete_application(ApplicationName="uploaded", CreateTimestamp=created["CreateTimestamp"])


def test_presigned_and_plain_addresses(daemon, bucket):
    for signature in ("s3v4", "s3"):
        signer = client_of(daemon.url, signature_version=signature)
        put = signer.generate_presigned_url("put_object", Params={"Bucket": bucket.name, "Key": "k"})
        assert daemon.request(put[len(daemon.url):], signature.encode(), "PUT")[0] == 200
        get = signer.generate_presigned_url("get_object", Params={"Bucket": bucket.name, "Key": "k", "ResponseContentType": "text/x"})
        status, headers, body = daemon.request(get[len(daemon.url):])
        assert (status, headers["Content-Type"], body) == (200, "text/x", signature.encode())
    assert daemon.request(f"/{bucket.name}/k")[2] == b"s3"
    host = {"Host": f"{bucket.name}.localhost"}
    assert daemon.request("/k", **host)[2] == b"s3"


# --- who may ---


def test_pages_of_other_hosts_and_origins_are_refused(daemon, bucket):
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        status, _, body = daemon.request(f"/{bucket.name}/k", b"1", "PUT", **headers)
        assert status == 403 and b"<Code>AccessDenied</Code>" in body
    assert files_of(bucket) == []


def test_the_paths_of_kobel_are_not_buckets(daemon, s3):
    s3.create_bucket(Bucket="healthz")
    s3.put_object(Bucket="healthz", Key="k", Body=b"1")
    assert daemon.request("/healthz")[2] != b"1" and s3.get_object(Bucket="healthz", Key="k")["Body"].read() == b"1"
    status, _, answer = daemon.request("/", b"{}", "POST", **{"X-Amz-Target": "KinesisAnalytics_20180523.ListApplications",
                                                               "Content-Type": "application/x-amz-json-1.1"})
    assert status == 200 and "ApplicationSummaries" in json.loads(answer)


def test_jobs_have_a_port_for_s3_alone(daemon, s3, bucket):
    s3.put_object(Bucket=bucket.name, Key="k", Body=b"1")
    url = daemon.get("/kobel/v1/status")["s3EndpointForJobs"]
    assert url != daemon.url
    assert client_of(url).get_object(Bucket=bucket.name, Key="k")["Body"].read() == b"1"
    for path in ("/readyz", "/kobel/v1/status", "/", "/metrics"):
        with socket.create_connection(("127.0.0.1", urllib.parse.urlparse(url).port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert b"NoSuchBucket" in answer or b"NoSuchKey" in answer or b"ListAllMyBucketsResult" in answer, answer
