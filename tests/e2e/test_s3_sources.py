"""Jobs that read what is in buckets: those of their daemon, and those of another S3 server."""

import contextlib

import lives
import pytest
from kobel import Application, Kobel, wait_for
from own_s3 import client_of
from s3_server import S3Server, daemon_with
from test_run import Run

LINES = 100
SCRIPT = """
CREATE TABLE numbers (id BIGINT) WITH (
  'connector' = 'filesystem', 'path' = '{uri}', 'format' = 'json'{more});
CREATE TABLE totals (label STRING, n BIGINT, total BIGINT) WITH ('connector' = 'print');
INSERT INTO totals SELECT 'read', COUNT(*), SUM(id) FROM numbers;
"""


class Input:
    """A directory of a bucket with files of numbers, each number once."""

    def __init__(self, client, line="{}"):
        self.client, self.line, self.count = client, line, 0
        client.create_bucket(Bucket="numbers")

    def add(self):
        """Puts another file, and returns how many numbers there are now."""
        numbers = range(self.count, self.count + LINES)
        body = "".join(self.line.format(number) + "\n" for number in numbers)
        self.client.put_object(Bucket="numbers", Key=f"in/{self.count:06d}", Body=body.encode())
        self.count += LINES
        return self.count


@contextlib.contextmanager
def daemon_and_client(place, directory):
    if place == "own":
        with Kobel(directory / "data", "--min-running", "2s") as kobel:
            yield kobel, client_of(kobel.url)
        return
    with open(directory / "moto.log", "w") as log:
        server = S3Server(log)
        try:
            with daemon_with(server, directory / "data") as kobel:
                yield kobel, server.client
        finally:
            server.stop()


def wait_for_exactly(app, count):
    wait_for(lambda: lives.highest(app) == count, f"the count {count}")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["own", "other"])
def test_lines_of_new_files_are_counted_once_over_a_stop_and_a_kill(runtime, jars, tmp_path, place):
    with daemon_and_client(place, tmp_path) as (kobel, client):
        files = Input(client)
        app = Application(kobel, "from-s3")
        files.add()
        app.create(jars["FromS3"], EnvironmentProperties=lives.properties({"job": {"source": "s3://numbers/in/"}}))
        app.start()
        wait_for_exactly(app, LINES)
        wait_for_exactly(app, files.add())
        app.stop()
        files.add()
        app.start()
        wait_for_exactly(app, files.count)
        lives.assert_exact(app)

        app.wait_for_checkpoint()
        assert app.inject("kill-taskmanager") == 200
        wait_for_exactly(app, files.add())
        # What Flink still has to do comes before the snapshot.
        app.stop()
        counts = lives.counts_by_key(app)[""]
        assert sorted(set(counts)) == list(range(1, files.count + 1))


def test_a_job_that_reads_the_files_that_are_there_ends(runtime, jars, tmp_path):
    with daemon_and_client("own", tmp_path) as (kobel, client):
        files = Input(client)
        for _ in range(3):
            files.add()
        app = Application(kobel, "bounded")
        app.create(jars["FromS3"], EnvironmentProperties=lives.properties({"job": {"source": "s3a://numbers/in", "bounded": "true"}}))
        app.start()
        wait_for(lambda: app.status() == "READY", "the job reached its end")
        assert lives.counts_by_key(app)[""] == list(range(1, files.count + 1))


def wait_for_total(run, count):
    run.wait_for(f"[read, {count}, {count * (count - 1) // 2}]")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["own", "other"])
def test_a_script_reads_each_number_once_over_a_stop_and_a_kill(runtime, tmp_path, place):
    with daemon_and_client(place, tmp_path) as (kobel, client):
        files = Input(client, '{{"id": {}}}')
        script = tmp_path / "reading.sql"
        script.write_text(SCRIPT.format(uri="s3a://numbers/in/", more=", 'source.monitor-interval' = '500 ms'"))
        files.add()
        run = Run(tmp_path, script, KOBEL_URL=kobel.url)
        wait_for_total(run, LINES)
        wait_for_total(run, files.add())
        run.interrupt()
        assert run.end() == 0, run.err
        files.add()
        run = Run(tmp_path, script, KOBEL_URL=kobel.url)
        wait_for_total(run, files.count)
        assert Application(kobel, "reading").inject("kill-taskmanager") == 200
        wait_for_total(run, files.add())
        run.interrupt()
        assert run.end() == 0, run.err


def test_a_script_that_reads_the_files_that_are_there_ends(runtime, tmp_path):
    with daemon_and_client("own", tmp_path) as (kobel, client):
        files = Input(client, '{{"id": {}}}')
        for _ in range(3):
            files.add()
        script = tmp_path / "bounded.sql"
        script.write_text(SCRIPT.format(uri="s3://numbers/in/", more=""))
        run = Run(tmp_path, script, KOBEL_URL=kobel.url)
        assert run.end() == 0, run.err
        wait_for_total(run, files.count)
