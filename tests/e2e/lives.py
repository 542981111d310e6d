"""The same life of an application, whatever it is written in: it counts, and no count is lost or repeated but by a death."""

from kobel import ROLE, wait_for


def create(application, bucket_key, groups, runtime="FLINK-1_20", parallelism=1):
    """From an object of the bucket "code", with the properties by group. Checkpoints come each second."""
    return application.client.create_application(
        ApplicationName=application.name, RuntimeEnvironment=runtime, ServiceExecutionRole=ROLE,
        ApplicationConfiguration={
            "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
                "BucketARN": "arn:aws:s3:::code", "FileKey": bucket_key}}},
            "EnvironmentProperties": properties(groups),
            "FlinkApplicationConfiguration": {
                "CheckpointConfiguration": {
                    "ConfigurationType": "CUSTOM", "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 100},
                "ParallelismConfiguration": {
                    "ConfigurationType": "CUSTOM", "Parallelism": parallelism, "ParallelismPerKPU": 1, "AutoScalingEnabled": False}}})


def properties(groups):
    return {"PropertyGroups": [{"PropertyGroupId": name, "PropertyMap": values} for name, values in groups.items()]}


def counts_by_key(application):
    """The counts that the job printed, as "hello key=3 count=42 at=1764000000123", by key and in order. A line may have no key."""
    found = {}
    for word, count, _ in application.lines():
        found.setdefault(word if word.startswith("key=") else "", []).append(count)
    return found


def highest(application):
    return max((counts[-1] for counts in counts_by_key(application).values()), default=0)


def assert_exact(application):
    for key, counts in counts_by_key(application).items():
        assert counts == list(range(1, len(counts) + 1)), key


def wait_beyond(application, count):
    return wait_for(lambda: highest(application) > count and highest(application), f"a count above {count}")


def live(application, changed):
    """start, count, snapshot, update with state, stop, start again, and the death of a TaskManager. `changed`: properties by group."""
    application.start()
    count = wait_beyond(application, 5)
    application.take_snapshot("by-hand")
    operation = application.update_configuration(EnvironmentPropertyUpdates=properties(changed))
    assert application.settle() == "RUNNING"
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
    count = wait_beyond(application, count)
    application.stop()
    application.start()
    count = wait_beyond(application, count)
    # Until here each job began with the state of the one before.
    assert_exact(application)

    application.wait_for_checkpoint()
    assert application.inject("kill-taskmanager") == 200
    wait_beyond(application, highest(application) + 5)
    application.stop(Force=True)
    # After a death some counts are printed again, from the last checkpoint on, and none is left out.
    for key, counts in counts_by_key(application).items():
        assert sorted(set(counts)) == list(range(1, max(counts) + 1)), key
