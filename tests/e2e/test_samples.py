"""Programs that import, configure and pack as AWS's samples do (samples/), unchanged on kobel."""

import json
import pathlib
import subprocess

import lives
import pytest
from test_surroundings import REGION, abroad  # noqa: F401: a fixture

from kobel import wait_for


@pytest.fixture(scope="module")
def samples(project):
    return project("samples")


def start(application, jar, groups):
    application.put_code(jar)
    lives.create(application, f"{application.name}.jar", groups)
    application.start()


def test_a_sample_has_the_properties_of_the_service_there_and_its_own_here(application, samples, runtime):
    target = samples / "getting-started" / "target"
    start(application, target / "getting-started.jar", {"OutputStream0": {"stream.name": "of-the-service", "aws.region": "eu-west-1"}})
    application.wait_for_count(1, "of-the-service")

    # As a development environment starts it: Flink's libraries and kobel's class, which are `provided`, are in the class path.
    path = f"{target}/classes:{target}/getting-started.jar:{runtime}/lib/*"
    done = subprocess.run(["java", "-cp", path, "samples.GettingStarted"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "of-the-developer count=1 " in done.stdout and "of-the-developer count=3 " in done.stdout
    assert "Loading application properties from 'flink-application-properties-dev.json'" in done.stdout + done.stderr


def test_a_jar_that_bundles_what_the_service_has_uses_its_own(abroad, samples):  # noqa: F811
    start(abroad, samples / "bundled" / "target" / "bundled.jar",
          {"Input0": {"topic": "orders", "bootstrap.servers": "127.0.0.1:9", "group.id": "bundled"}})
    seen = f"orders own {REGION} AKDEFAULT made made"
    assert abroad.printed("main: ") == f"main: {seen}"
    assert abroad.printed("task: ") == f"task: {seen}"


def test_a_sample_writes_a_table_to_a_bucket_once(application, samples):
    bucket = pathlib.Path(application.kobel.data) / "s3" / "prices"
    bucket.mkdir()
    start(application, samples / "table" / "target" / "table.jar", {"bucket": {"name": "prices"}})

    def numbers():
        return [json.loads(line)["number"] for path in (bucket / "json").rglob("part-*") for line in path.read_text().splitlines()]
    wait_for(lambda: len(numbers()) > 100, "prices are in the bucket")
    assert application.inject("kill-taskmanager") == 200
    before = len(numbers())
    wait_for(lambda: len(numbers()) > before + 100, "more prices are in the bucket")
    application.stop()
    found = sorted(numbers())
    assert found == [number for number in range(found[-1] + 1) if number % 100 < 50]
    assert {path.name for path in (bucket / "json").iterdir()} == {"ticker=AMZN", "ticker=TBV"}
    avro = [path.read_bytes() for path in (bucket / "avro").rglob("part-*")]
    assert avro and all(content.startswith(b"Obj\x01") for content in avro)
