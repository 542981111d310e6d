"""Applications that take enhanced snapshots, and those snapshots, with boto3."""

import glob
import os

from kobel import ROLE, Application, wait_for

ENHANCED = {"SnapshotsEnabled": True, "SnapshotMode": "ENHANCED_SNAPSHOTS"}
INTO_THE_MODE = {"ApplicationSnapshotConfigurationUpdate": {"SnapshotsEnabledUpdate": True, "SnapshotModeUpdate": "ENHANCED_SNAPSHOTS"}}


def arn_of(name):
    return f"arn:aws:kinesisanalytics:us-east-1:000000000000:snapshot/{name}"


def from_arn(**named):
    return {"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", **named}}


def files_of(kobel):
    """What is on disk of enhanced snapshots, deleted ones too."""
    return glob.glob(f"{kobel.data}/apps/.snapshots/*") + glob.glob(f"{kobel.data}/trash/*")


class Snapshots:
    """The enhanced snapshots of a daemon, of which one application uses those whose names begin with its own."""

    def __init__(self, application):
        self.application = application

    @property
    def client(self):
        return self.application.client

    def name(self, name):
        """Of the system's, the whole name is given."""
        return name if name.startswith("SYSTEMSNAPSHOT") else f"{self.application.name[:80]}.{name}"

    def describe(self, name):
        return self.client.describe_snapshot(SnapshotName=self.name(name))["SnapshotInfoDetails"]

    def create(self, name, **more):
        return self.client.create_snapshot(ApplicationName=self.application.name, SnapshotName=self.name(name), **more)

    def operation(self, name, operation_id):
        return self.client.describe_snapshot_operation(
            SnapshotName=self.name(name), SnapshotOperationId=operation_id)["SnapshotOperationInfoDetails"]

    def wait(self, name, operation_id):
        """Waits for the end of an operation, and returns it."""
        def end():
            operation = self.operation(name, operation_id)
            return operation["SnapshotOperationStatus"] != "IN_PROGRESS" and operation
        return wait_for(end, f"operation {operation_id} of {name} has ended")

    def wait_for_success(self, name, answer):
        operation = self.wait(name, answer["SnapshotOperationId"])
        assert operation["SnapshotOperationStatus"] == "SUCCESSFUL", operation
        return operation

    def take(self, name, **more):
        self.wait_for_success(name, self.create(name, **more))
        return self.describe(name)

    def listed(self, **choice):
        pages = self.client.get_paginator("list_snapshots").paginate(**choice)
        return [one["SnapshotName"] for page in pages for one in page["SnapshotInfoList"]]

    def of_the_system(self):
        """Those that the service made of the application, the newest first, with the operation that made each."""
        names = [name for name in self.listed(SourceApplicationName=self.application.name) if name.startswith("SYSTEMSNAPSHOT")]
        return [self.of_system(name) for name in names]

    def of_system(self, name):
        details = self.client.describe_snapshot(SnapshotName=name)["SnapshotInfoDetails"]
        operations = self.client.list_snapshot_operations(SnapshotName=name)["SnapshotOperationInfoList"]
        operation = self.client.describe_snapshot_operation(
            SnapshotName=name, SnapshotOperationId=operations[0]["SnapshotOperationId"])["SnapshotOperationInfoDetails"]
        return details, operation

    def delete(self, name):
        created = self.describe(name)["SnapshotCreationTimestamp"]
        return self.client.delete_snapshot(SnapshotName=self.name(name), SnapshotCreationTimestamp=created)

    def delete_all(self):
        """Deletes all of the daemon, and waits until they are gone."""
        for name in self.listed():
            shown = self.client.describe_snapshot(SnapshotName=name)["SnapshotInfoDetails"]
            if shown["SnapshotStatus"] in ("READY", "FAILED"):
                self.client.delete_snapshot(SnapshotName=name, SnapshotCreationTimestamp=shown["SnapshotCreationTimestamp"])
        wait_for(lambda: not self.listed(), "all snapshots are gone")

    # --- copies ---

    def export(self, name, bucket, prefix):
        return self.client.export_snapshot(SnapshotName=self.name(name), ExportDestinationConfiguration={
            "DestinationType": "S3", "ExportRoleArn": ROLE,
            "DestinationS3PrefixLocation": {"BucketARN": f"arn:aws:s3:::{bucket}", "KeyPrefix": prefix}})

    def wait_for_export(self, name, answer):
        """The prefix of the copy."""
        operation = self.wait_for_success(name, answer)
        return operation["SnapshotDestinationLocationDescription"]["S3PrefixLocation"]["ExportedPrefix"]

    def export_to_end(self, name, bucket, prefix):
        return self.wait_for_export(name, self.export(name, bucket, prefix))

    def import_from(self, name, bucket, prefix):
        return self.client.import_snapshot(SnapshotName=self.name(name), ImportSourceConfiguration={
            "SourceType": "S3", "ImportRoleArn": ROLE,
            "SourceS3PrefixLocation": {"BucketARN": f"arn:aws:s3:::{bucket}", "KeyPrefix": prefix}})


def bucket_directory(kobel, name):
    """The directory of a bucket of a daemon without an S3 endpoint."""
    path = os.path.join(kobel.data, "s3", name)
    os.makedirs(path, exist_ok=True)
    return path


def counts(application, label):
    return [count for name, count, _ in application.lines() if name == label]


def new_counts(application, label, seen):
    """The counts of a label after the first `seen` of them, of which there is one at least."""
    return wait_for(lambda: counts(application, label)[seen:], f"{label} counts")


def counting(kobel, jars, name, **configuration):
    """An application in the mode whose job counts."""
    application = Application(kobel, name)
    application.create(jars["Counting"], label=name, ApplicationSnapshotConfiguration=ENHANCED, **configuration)
    return application


def snapshot_of(kobel, jars, name="source"):
    """A snapshot `s` of an application that was deleted afterwards, and the least and the greatest count that it may have."""
    application = counting(kobel, jars, name)
    application.start()
    least = application.wait_for_count(20, name)
    snapshots = Snapshots(application)
    snapshots.take("s")
    greatest = application.lines()[-1][1]
    application.stop(Force=True)
    application.delete()
    return snapshots, least, greatest
