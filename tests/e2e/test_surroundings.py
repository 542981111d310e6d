"""What a program finds around it, as on the service: a class, properties, certificates, Region and keys."""

import glob
import os

import boto3
import pytest

from kobel import Application, Kobel, wait_for

REGION = "eu-west-1"


class Abroad(Application):
    """An application of another Region than the daemon's."""

    @property
    def client(self):
        return boto3.client("kinesisanalyticsv2", endpoint_url=self.kobel.url, region_name=REGION, aws_access_key_id="test",
                            aws_secret_access_key="test")

    def printed(self, beginning):
        """The line of the job's output that begins so."""
        def line():
            for path in glob.glob(os.path.join(self.kobel.data, "apps", "*", "clusters", "*", "log", "*.out")):
                with open(path, errors="replace") as file:
                    found = [line for line in file.read().splitlines() if line.startswith(beginning)]
                if found:
                    return found[0]
            return None
        return wait_for(line, f"the job has printed '{beginning}'")


@pytest.fixture
def abroad(runtime, tmp_path, monkeypatch):
    """Its daemon has keys of a profile and a Region."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    keys = tmp_path / "credentials"
    keys.write_text("[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    with Kobel(tmp_path / "data") as kobel:
        yield Abroad(kobel, "abroad")


def test_a_program_of_the_service_runs_unchanged(abroad, jars):
    abroad.create(jars["Sample"], EnvironmentProperties={
        "PropertyGroups": [{"PropertyGroupId": "InputStream0", "PropertyMap": {"stream.name": "orders"}}]})
    abroad.start()
    seen = f"orders {REGION} {REGION} AKDEFAULT trusted trusted"
    assert abroad.printed("main: ") == f"main: {seen}"
    assert abroad.printed("task: ") == f"task: {seen}"
