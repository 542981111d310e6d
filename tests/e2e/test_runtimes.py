"""One application, with the same jar, on every runtime: its state survives each upgrade in place."""

import pytest

from kobel import wait_for

LATER = ("FLINK-1_18", "FLINK-1_19", "FLINK-1_20", "FLINK-2_2", "FLINK-2_3")


@pytest.fixture
def oldest(application, jars, runtime_1_15):
    """A job that counts, on the oldest runtime."""
    application.create(jars["Counting"], runtime="FLINK-1_15")
    application.start()
    application.wait_for_count(5)
    return application


def counts(application):
    return [count for _, count, _ in application.lines()]


@pytest.mark.slow
def test_an_application_goes_through_all_runtimes_without_a_gap_in_its_state(oldest, runtime_1_18, runtime_1_19, runtime_2_2, runtime_2_3):
    oldest.take_snapshot("of-1-15")
    at_snapshot = counts(oldest)[-1]
    for runtime in LATER:
        oldest.update(RuntimeEnvironmentUpdate=runtime)
        assert oldest.settle() == "RUNNING", oldest.show()
        assert oldest.describe()["RuntimeEnvironment"] == runtime
        oldest.wait_for_count(counts(oldest)[-1])
    seen = counts(oldest)
    assert seen == list(range(1, len(seen) + 1))
    # The newest Flink reads what the oldest wrote, too.
    oldest.update(RunConfigurationUpdate={"ApplicationRestoreConfiguration": {
        "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": "of-1-15"}})
    assert oldest.settle() == "RUNNING"
    again = wait_for(lambda: [after for before, after in zip(counts(oldest), counts(oldest)[1:]) if after < before], "the job counts from there")
    assert 5 < again[0] <= at_snapshot + 1


def test_a_job_of_the_oldest_runtime_recovers_and_starts_again_with_its_state(oldest):
    oldest.wait_for_checkpoint()
    before = counts(oldest)[-1]
    assert oldest.inject("kill-taskmanager") == 200
    wait_for(lambda: oldest.show()["recoveries"] == 1, "the job recovers")
    oldest.wait_for_count(before)
    # What it counted after its checkpoint is counted again, nothing else.
    assert counts(oldest).count(1) == 1
    # A shorter interval is a setting of another cluster.
    stopped = oldest.wait_for_count(before)
    oldest.stop()
    oldest.update_configuration(FlinkApplicationConfigurationUpdate={"CheckpointConfigurationUpdate": {"CheckpointIntervalUpdate": 500}})
    oldest.start()
    oldest.wait_for_count(stopped)
    assert counts(oldest).count(1) == 1
