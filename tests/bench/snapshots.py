#!/usr/bin/env python3
"""Measures enhanced snapshots: copies to buckets and back, the API meanwhile, the check of a savepoint, and long lists.

    tests/bench/snapshots.py [copies|small|check|lists ...] [--rounds 1] [--megabytes 100 1000]

Copies go to a moto server beside `aws s3 cp` of the same files, and to a directory beside `cp` and `sync`. Prints tables and asserts
nothing: compare the ratios. 10,000 megabytes need 40 GB of disk. Needs build/release/kobel, and no Flink.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from common import ROOT
from many import columns, insert

from kobel import ROLE, Kobel, wait_for

FILE_BYTES = 16 << 20
SMALL_FILES, SMALL_BYTES = 1200, 10000
LISTED = 10000
METADATA = ROOT / "tests" / "data" / "savepoints" / "1.20.3" / "canonical" / "_metadata"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def seconds(do):
    began = time.monotonic()
    do()
    return time.monotonic() - began


def percentile_ms(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000


# --- the daemon ---

def post(connection, operation, body):
    connection.request("POST", "/", json.dumps(body), {
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"KinesisAnalytics_20180523.{operation}"})
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, content
    return content


def connect(kobel):
    return http.client.HTTPConnection(urllib.parse.urlsplit(kobel.url).netloc, timeout=60)


class Describing:
    """Calls DescribeApplication every few milliseconds, on one connection, and keeps how long each answer took."""

    def __init__(self, kobel):
        self.kobel, self.spent, self.is_over = kobel, [], False

    def run(self):
        connection = connect(self.kobel)
        while not self.is_over:
            self.spent.append(seconds(lambda: post(connection, "DescribeApplication", {"ApplicationName": "described"})))
            time.sleep(0.003)

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.is_over = True
        self.thread.join()

    def text(self):
        return f"{percentile_ms(self.spent, 0.5):>8.1f}{percentile_ms(self.spent, 0.99):>8.1f}{max(self.spent) * 1000:>8.1f}"


def finish(kobel, name, operation_id):
    def end():
        found = kobel.client.describe_snapshot_operation(SnapshotName=name, SnapshotOperationId=operation_id)["SnapshotOperationInfoDetails"]
        return found["SnapshotOperationStatus"] != "IN_PROGRESS" and found
    operation = wait_for(end, f"the operation of {name} has ended", 3600)
    assert operation["SnapshotOperationStatus"] == "SUCCESSFUL", operation
    return operation


def export(kobel, name, prefix):
    """Returns the prefix below which it is."""
    started = kobel.client.export_snapshot(SnapshotName=name, ExportDestinationConfiguration={
        "DestinationType": "S3", "ExportRoleArn": ROLE,
        "DestinationS3PrefixLocation": {"BucketARN": "arn:aws:s3:::code", "KeyPrefix": prefix}})
    operation = finish(kobel, name, started["SnapshotOperationId"])
    return operation["SnapshotDestinationLocationDescription"]["S3PrefixLocation"]["ExportedPrefix"]


def import_from(kobel, name, prefix):
    started = kobel.client.import_snapshot(SnapshotName=name, ImportSourceConfiguration={
        "SourceType": "S3", "ImportRoleArn": ROLE,
        "SourceS3PrefixLocation": {"BucketARN": "arn:aws:s3:::code", "KeyPrefix": prefix}})
    finish(kobel, name, started["SnapshotOperationId"])


def delete(kobel, name):
    created = kobel.client.describe_snapshot(SnapshotName=name)["SnapshotInfoDetails"]["SnapshotCreationTimestamp"]
    started = kobel.client.delete_snapshot(SnapshotName=name, SnapshotCreationTimestamp=created)
    finish(kobel, name, started["SnapshotOperationId"])


def bucket_of(kobel):
    return pathlib.Path(kobel.data, "s3", "code")


@contextlib.contextmanager
def daemon(work, *options):
    """With an application that can be described."""
    kobel = Kobel(work, "--log-level", "warn", *options)
    if not kobel.client.list_applications()["ApplicationSummaries"]:
        kobel.client.create_application(ApplicationName="described", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE)
    try:
        yield kobel
    finally:
        kobel.stop()


# --- copies ---

def make_savepoint(directory, count, size):
    """Synthetic: the metadata of a real one, and files of random bytes."""
    directory.mkdir(parents=True)
    shutil.copy(METADATA, directory)
    for number in range(count):
        (directory / f"file-{number}").write_bytes(random.randbytes(size))
    flush(directory)


def flush(directory):
    subprocess.run(["sync", "--file-system", directory], check=True)


def title():
    print(f"{'':<46}{'kobel':>10}{'beside':>10}{'ratio':>7}   DescribeApplication, ms: p50, p99, max; and meanwhile beside")


def measure(name, kobel, of_kobel, beside):
    with Describing(kobel) as describing:
        spent = seconds(of_kobel)
    with Describing(kobel) as describing_beside:
        spent_beside = seconds(beside)
    print(f"{name:<46}{spent:>8.2f} s{spent_beside:>8.2f} s{spent / spent_beside:>7.2f}   {describing.text()} |{describing_beside.text()}",
          flush=True)


def copy_beside(kobel, source, name):
    copy = pathlib.Path(kobel.data, f"beside-{name}")
    subprocess.run(["cp", "-r", source, copy], check=True)
    flush(copy)


def measure_directory(kobel, label, count, size, rounds):
    """Returns the name of a snapshot that stays."""
    source = bucket_of(kobel) / label
    make_savepoint(source, count, size)
    for number in range(rounds):
        name = f"{label}-{number}"
        measure(f"import of {label} from a directory, cp + sync", kobel, lambda: import_from(kobel, name, f"{label}/"),
                lambda: copy_beside(kobel, source, "import"))
        measure(f"export of {label} to a directory, cp + sync", kobel, lambda: export(kobel, name, f"out-{name}/"),
                lambda: copy_beside(kobel, source, "export"))
        for made in (bucket_of(kobel) / f"out-{name}", pathlib.Path(kobel.data, "beside-import"), pathlib.Path(kobel.data, "beside-export")):
            shutil.rmtree(made)
        flush(kobel.data)
        if number > 0:
            delete(kobel, name)
    shutil.rmtree(source)
    return f"{label}-0"


@contextlib.contextmanager
def stand_in(work):
    """A moto server; yields its address. It keeps objects in temporary files."""
    log = work / "moto.log"
    with open(log, "w") as file:
        server = subprocess.Popen([pathlib.Path(sys.executable).parent / "moto_server", "-p", "0"], stdout=file, stderr=file,
                                  env={**os.environ, "TMPDIR": str(work)})
    try:
        address = wait_for(lambda: re.search(r"http://127.0.0.1:\d+", log.read_text()), "the stand-in is ready")[0]
        yield address
    finally:
        server.terminate()
        server.wait()


def aws(address, *words):
    program = pathlib.Path(sys.executable).parent / "aws"
    subprocess.run([program, "s3", *words, "--endpoint-url", address], check=True, stdout=subprocess.DEVNULL, env={**os.environ, **KEYS})


def measure_s3(kobel, address, label, name, rounds):
    for number in range(rounds):
        local, back = pathlib.Path(kobel.data, "local"), f"{name}-back"
        exported = []
        files = next(path.parent for path in pathlib.Path(kobel.data).rglob("_metadata")
                     if (path.parent / "file-0").exists() and path.parent.name != "local" and len(list(path.parent.iterdir())) == label[1] + 1)
        measure(f"export of {label[0]} to S3, aws s3 cp", kobel, lambda: exported.append(export(kobel, name, f"out-{number}/")),
                lambda: aws(address, "cp", "--recursive", files, f"s3://code/beside-{label[0]}-{number}/"))
        measure(f"import of {label[0]} from S3, aws s3 cp", kobel, lambda: import_from(kobel, back, exported[0]),
                lambda: aws(address, "cp", "--recursive", f"s3://code/{exported[0]}", local))
        shutil.rmtree(local)
        delete(kobel, back)
        for prefix in (exported[0], f"beside-{label[0]}-{number}/"):
            aws(address, "rm", "--recursive", f"s3://code/{prefix}")


def bench_copies(work, options):
    labels = [(f"{megabytes} MB".replace(" ", "-"), -(-megabytes * 1000000 // FILE_BYTES)) for megabytes in options.megabytes]
    data = work / "data"
    data.mkdir()
    title()
    with daemon(data) as kobel:
        names = [measure_directory(kobel, label, count, FILE_BYTES, options.rounds) for label, count in labels]
    os.environ.update(KEYS)
    with stand_in(work) as address, daemon(data, "--s3-endpoint", address) as kobel:
        aws(address, "mb", "s3://code")
        with Describing(kobel) as describing:
            time.sleep(5)
        print(f"{'nothing else, 5 s':<73}   {describing.text()}")
        for label, name in zip(labels, names):
            measure_s3(kobel, address, label, name, options.rounds)


def bench_small(work, options):
    data = work / "small"
    data.mkdir()
    title()
    with daemon(data) as kobel:
        measure_directory(kobel, f"{SMALL_FILES} files of {SMALL_BYTES // 1000} kB".replace(" ", "-"), SMALL_FILES, SMALL_BYTES, options.rounds)


# --- the check of a savepoint ---

def java_text(text):
    return struct.pack(">H", len(text)) + text.encode()


def metadata_of(operators, subtasks=4, groups=16):
    """Metadata of version 6, with an inlined keyed state of a hundred bytes for each subtask (tests/unit/runtime/savepoint)."""
    key = lambda number: java_text(f"org.example.Snapshot{number}")  # noqa: E731
    state = (struct.pack(">iBi", 6, 0, 2) + key(1) + struct.pack(">iH", 1, 1) + java_text("total") + struct.pack(">ii", 0, 1)
             + java_text("KEYED_STATE_TYPE") + java_text("VALUE") + struct.pack(">i", 2) + java_text("VALUE_SERIALIZER")
             + struct.pack(">i", 2) + key(2) + struct.pack(">i", 1) + java_text("NAMESPACE_SERIALIZER") + struct.pack(">i", 2)
             + key(3) + struct.pack(">i", 1))
    out = [struct.pack(">iiqii", 0x4960672D, 6, 7, 0, operators)]
    for number in range(operators):
        out.append(java_text(f"name {number}") + java_text(f"uid-{number}") + struct.pack(">qqiiBi", 1, number, subtasks, 64, 0, subtasks))
        for subtask in range(subtasks):
            out.append(struct.pack(">iiiBii", subtask, 0, 0, 7, subtask * groups, groups) + struct.pack(f">{groups}q", *range(groups))
                       + b"\1" + java_text("a label") + struct.pack(">i", len(state)) + state + struct.pack(">Bii", 0, 0, 0))
    properties = b"\xac\xed\0\x05sr\0\x38org.apache.flink.runtime.checkpoint.CheckpointProperties" \
        b"\0\x31org.apache.flink.runtime.checkpoint.SavepointTypet\0\x09CANONICAL"
    return b"".join(out) + properties


def build_check(work):
    release = ROOT / "build" / "release"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "jansson", "libcrypto", "libarchive"], check=True, capture_output=True,
                           text=True).stdout.split()
    libraries = [str(release / f"lib{name}.a") for name in ("runtime_savepoint", "model", "base")]
    binary = work / "savepoint_check"
    subprocess.run(["cc", "-O2", "-std=gnu17", "-D_GNU_SOURCE", f"-I{ROOT}", "-o", binary, ROOT / "tests" / "bench" / "savepoint_check.c",
                    *libraries, *flags, "-lm"], check=True)
    return binary


def bench_check(work, _):
    savepoint = work / "wide"
    savepoint.mkdir()
    (savepoint / "_metadata").write_bytes(metadata_of(1000))
    printed = subprocess.run([build_check(work), savepoint, "50"], check=True, capture_output=True, text=True).stdout
    rows = [[float(number) for number in line.split()] for line in printed.splitlines()]
    spent, processor = ([row[column] for row in rows] for column in (0, 1))
    size = (savepoint / "_metadata").stat().st_size
    print(f"check of 1,000 operators ({size >> 10} kB), read + fit + reports: {statistics.median(spent):.1f} ms, at most {max(spent):.1f} ms; "
          f"processor {statistics.median(processor):.1f} ms, at most {max(processor):.1f} ms")
    data = work / "check"
    data.mkdir()
    with daemon(data) as kobel:
        shutil.copytree(savepoint, bucket_of(kobel) / "wide")
        import_from(kobel, "wide", "wide/")

        def get():
            urllib.request.urlopen(f"{kobel.url}/kobel/v1/snapshots/wide", timeout=60).read()
        try:
            spent = [seconds(get) * 1000 for _ in range(20)]
            print(f"GET /kobel/v1/snapshots/wide: {statistics.median(spent):.1f} ms, at most {max(spent):.1f} ms")
        except urllib.error.HTTPError as error:
            print(f"GET /kobel/v1/snapshots/wide: {error.code}")


# --- lists ---

def copy_rows(database, table, **changed):
    row = columns(database, table)
    for number in range(LISTED - 1):
        insert(database, table, {**row, "sequence": None, **{name: text.format(number) for name, text in changed.items()}})


def add_legacy(database):
    app = columns(database, "app")["id"]
    common_row = {"status": "READY", "app_id": app}
    for number in range(LISTED):
        insert(database, "snapshot", {**common_row, "name": f"s{number}", "is_automatic": 0, "version": 1, "runtime": "FLINK-1_20",
                                      "trigger_id": "", "location": f"/absent/{number}", "created_at_ms": 1795845600000 + number})
        insert(database, "operation", {"app_id": app, "id": f"{number:012d}", "name": "UpdateApplication", "status": "SUCCESSFUL",
                                       "started_at_ms": 1795845600000, "ended_at_ms": 1795845600001, "version_from": 1, "version_to": 1,
                                       "error": "", "rollback_operation_id": ""})


def fill(data):
    database = sqlite3.connect(data / "kobel.db")
    copy_rows(database, "enhanced_snapshot", id="ff{:014x}", name="copy-{}")
    copy_rows(database, "snapshot_operation", id="{:012d}")
    add_legacy(database)
    database.commit()
    database.close()


def list_all(kobel, operation, member, **body):
    connection, token, spent, count = connect(kobel), None, [], 0
    while True:
        began = time.monotonic()
        content = post(connection, operation, {**body, "Limit": 50, **({"NextToken": token} if token else {})})
        spent.append(time.monotonic() - began)
        reply = json.loads(content)
        count += len(reply[member])
        token = reply.get("NextToken")
        if not token:
            return count, spent


def bench_lists(work, options):
    data = work / "lists"
    data.mkdir()
    with daemon(data) as kobel:
        (bucket_of(kobel) / "tiny").mkdir()
        shutil.copy(METADATA, bucket_of(kobel) / "tiny")
        import_from(kobel, "tiny", "tiny/")
    fill(data)
    print(f"\n{'in pages of 50':<52}{'entries':>8}{'all':>10}{'p50 of a page':>15}{'p99':>9}{'max':>9}")
    with daemon(data) as kobel:
        for operation, member, body in (
                ("ListSnapshots", "SnapshotInfoList", {}),
                ("ListSnapshots", "SnapshotInfoList", {"SnapshotInitiator": "USER"}),
                ("ListSnapshots", "SnapshotInfoList", {"SnapshotStatus": "FAILED"}),
                ("ListSnapshots", "SnapshotInfoList", {"SnapshotInitiatorOperation": "CreateSnapshot"}),
                ("ListSnapshotOperations", "SnapshotOperationInfoList", {"SnapshotName": "tiny"}),
                ("ListApplicationSnapshots", "SnapshotSummaries", {"ApplicationName": "described"}),
                ("ListApplicationOperations", "ApplicationOperationInfoList", {"ApplicationName": "described"})):
            for _ in range(options.rounds):
                count, spent = list_all(kobel, operation, member, **body)
                name = " ".join([operation, *(value for key, value in body.items() if key.startswith("SnapshotI") or key == "SnapshotStatus")])
                print(f"{name:<52}{count:>8}{sum(spent) * 1000:>7.0f} ms{percentile_ms(spent, 0.5):>12.2f} ms{percentile_ms(spent, 0.99):>6.2f} ms"
                      f"{max(spent) * 1000:>6.2f} ms", flush=True)


PARTS = {"copies": bench_copies, "small": bench_small, "check": bench_check, "lists": bench_lists}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--work", help="a directory on the disk that is measured (default: that of temporary files)")
    parser.add_argument("parts", nargs="*", default=[], help=" ".join(PARTS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kobel-snapshots-", dir=options.work) as directory:
        for part in options.parts or PARTS:
            PARTS[part](pathlib.Path(directory), options)


if __name__ == "__main__":
    main()
