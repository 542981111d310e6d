"""The life of an application with Airflow's operators and sensors, as the tasks of a DAG do it, one after the other.

    life.py NAME BUCKET KEY endless|bounded

The endpoint, the Region and the keys are in the environment."""

import sys

from airflow.providers.amazon.aws.operators.kinesis_analytics import (
    KinesisAnalyticsV2CreateApplicationOperator, KinesisAnalyticsV2StartApplicationOperator, KinesisAnalyticsV2StopApplicationOperator)
from airflow.providers.amazon.aws.sensors.kinesis_analytics import (
    KinesisAnalyticsV2StartApplicationCompletedSensor, KinesisAnalyticsV2StopApplicationCompletedSensor)

NAME, BUCKET, KEY, KIND = sys.argv[1:]
# The operators ask once a minute by default, the sensors every two.
WAITER = {"waiter_delay": 1, "waiter_max_attempts": 300}
SENSOR = {"poke_interval": 1, "timeout": 300}


def run(operator, **arguments):
    task = operator(task_id=operator.__name__, application_name=NAME, aws_conn_id=None, **arguments)
    return task.execute({})


created = run(
    KinesisAnalyticsV2CreateApplicationOperator, runtime_environment="FLINK-1_20", service_execution_role="arn:aws:iam::000000000000:role/test",
    create_application_kwargs={"ApplicationConfiguration": {
        "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
            "BucketARN": f"arn:aws:s3:::{BUCKET}", "FileKey": KEY}}}}})
assert created["ApplicationARN"].endswith(f":application/{NAME}"), created

if KIND == "endless":
    started = run(KinesisAnalyticsV2StartApplicationOperator, **WAITER)
    assert started == created, started
    run(KinesisAnalyticsV2StartApplicationCompletedSensor, **SENSOR)
    stopped = run(KinesisAnalyticsV2StopApplicationOperator, **WAITER)
    assert stopped == created, stopped
else:
    # The job has ended before the sensor asks for the first time, or soon after.
    run(KinesisAnalyticsV2StartApplicationOperator, wait_for_completion=False)
    run(KinesisAnalyticsV2StartApplicationCompletedSensor, **SENSOR)
run(KinesisAnalyticsV2StopApplicationCompletedSensor, **SENSOR)
