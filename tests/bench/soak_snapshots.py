"""The two systems of snapshots, as the moves of a soak use them. Each request may be refused: `call` of soak_application.Soaked."""

import os
import sqlite3
import time

from soak_moves import PATIENCE_S, Wrong

from enhanced import ENHANCED, arn_of, bucket_directory
from kobel import ROLE

BUCKET = "copies"


def rows_of(kobel, statement, *arguments):
    database = sqlite3.connect(f"file:{kobel.data}/kobel.db?mode=ro", uri=True, timeout=PATIENCE_S)
    try:
        return database.execute(statement, arguments).fetchall()
    finally:
        database.close()


class OfTheApplication:
    """Application snapshots."""

    configuration = {}

    def __init__(self, soaked):
        self.soaked, self.call = soaked, soaked.call

    def request(self, name):
        return self.call("create_application_snapshot", ApplicationName=self.soaked.name, SnapshotName=name)

    def describe(self, name):
        return (self.call("describe_application_snapshot", ApplicationName=self.soaked.name, SnapshotName=name) or {}).get("SnapshotDetails", {})

    def delete(self, name, created):
        self.call("delete_application_snapshot", ApplicationName=self.soaked.name, SnapshotName=name, SnapshotCreationTimestamp=created)

    def restore_of(self, name):
        return {"SnapshotName": name}

    def listed(self):
        """Their statuses by name; None: refused."""
        pages = self.call(lambda: list(self.soaked.application.client.get_paginator("list_application_snapshots").paginate(
            ApplicationName=self.soaked.name)))
        return None if pages is None else {one["SnapshotName"]: one["SnapshotStatus"] for page in pages for one in page["SnapshotSummaries"]}

    def locations(self):
        """Pairs of name and location. The location of an automatic one may be a checkpoint."""
        return rows_of(self.soaked.daemon.kobel, "SELECT name, location FROM snapshot WHERE app_id = ?",
                       os.path.basename(self.soaked.counts.directory))

    def clear(self):
        """The application is deleted."""


class OfTheAccount:
    """Enhanced snapshots."""

    configuration = {"ApplicationSnapshotConfiguration": ENHANCED}

    def __init__(self, soaked):
        self.soaked, self.call = soaked, soaked.call

    def whole(self, name):
        return f"{self.soaked.name}.{name}"

    def request(self, name):
        return self.call("create_snapshot", ApplicationName=self.soaked.name, SnapshotName=self.whole(name))

    def describe(self, name):
        return (self.call("describe_snapshot", SnapshotName=self.whole(name)) or {}).get("SnapshotInfoDetails", {})

    def delete(self, name, created):
        self.call("delete_snapshot", SnapshotName=self.whole(name), SnapshotCreationTimestamp=created)

    def restore_of(self, name):
        return {"SnapshotArn": arn_of(self.whole(name))}

    def listed(self):
        pages = self.call(lambda: list(self.soaked.application.client.get_paginator("list_snapshots").paginate()))
        if pages is None:
            return None
        every = {one["SnapshotName"]: one["SnapshotStatus"] for page in pages for one in page["SnapshotInfoList"]}
        prefix = self.whole("")
        return {name.removeprefix(prefix): status for name, status in every.items() if name.startswith(prefix)}

    def locations(self):
        kobel, prefix = self.soaked.daemon.kobel, self.whole("")
        rows = rows_of(kobel, "SELECT name, id FROM enhanced_snapshot")
        return [(name.removeprefix(prefix), f"{kobel.data}/apps/.snapshots/{id}") for name, id in rows if name.startswith(prefix)]

    def clear(self):
        for name in self.listed() or {}:
            self.delete(name, self.describe(name).get("SnapshotCreationTimestamp", 0))

    # --- copies ---

    def end_of(self, name, answer):
        """The operation that has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            operation = (self.call("describe_snapshot_operation", SnapshotName=self.whole(name), SnapshotOperationId=answer["SnapshotOperationId"])
                         or {}).get("SnapshotOperationInfoDetails", {})
            if operation.get("SnapshotOperationStatus") != "IN_PROGRESS":
                return operation
            if time.monotonic() > max(deadline, self.soaked.daemon.disturbed_at + PATIENCE_S):
                raise Wrong(f"{operation['SnapshotOperation']} of {name} takes more than {PATIENCE_S} s")
            time.sleep(0.2)

    def copy(self, name, to):
        """Exports one and imports the copy. Returns whether the import succeeded."""
        bucket_directory(self.soaked.daemon.kobel, BUCKET)
        place = {"BucketARN": f"arn:aws:s3:::{BUCKET}", "KeyPrefix": f"{self.soaked.name}/"}
        answer = self.call("export_snapshot", SnapshotName=self.whole(name), ExportDestinationConfiguration={
            "DestinationType": "S3", "ExportRoleArn": ROLE, "DestinationS3PrefixLocation": place})
        if answer is None:
            return False
        operation = self.end_of(name, answer)
        if operation.get("SnapshotOperationStatus") != "SUCCESSFUL":
            return self.failed(operation)
        place["KeyPrefix"] = operation["SnapshotDestinationLocationDescription"]["S3PrefixLocation"]["ExportedPrefix"]
        answer = self.call("import_snapshot", SnapshotName=self.whole(to), ImportSourceConfiguration={
            "SourceType": "S3", "ImportRoleArn": ROLE, "SourceS3PrefixLocation": place})
        if answer is None:
            return False
        operation = self.end_of(to, answer)
        return operation.get("SnapshotOperationStatus") == "SUCCESSFUL" or self.failed(operation)

    def failed(self, operation):
        if not self.soaked.is_disturbed():
            raise Wrong(f"a copy failed: {operation}")
        return False
