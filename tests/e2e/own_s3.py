"""A client of kobel's S3 endpoint."""

import boto3
from botocore.config import Config

from kobel import refused

MIB = 1 << 20


def client_of(url, key=("test", "test"), **options):
    return boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key[0], aws_secret_access_key=key[1],
                        config=Config(retries={"max_attempts": 1}, **options))


def keys_of(answer):
    return [one["Key"] for one in answer.get("Contents", [])]


def code(call, **arguments):
    return refused(call, **arguments)[0]
