"""Scripts of SQL statements as applications: `kobel run job.sql`."""

import pathlib
import re
import shutil

import lives
import pytest
from command_line import call
from kobel import Application, Kobel
from programs import install_runtime
from test_run import Run

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "sql" / "job.sql"
NUMBERS = """
-- Each number once, also over updates; a ; in a comment ends nothing.
CREATE TABLE numbers (id BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '40',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000000');
CREATE TABLE counts (label STRING, n BIGINT) WITH ('connector' = 'print');
"""
COUNT = """
CREATE FUNCTION shout AS 'jobs.Shout';
INSERT INTO counts SELECT shout('it''s ${job.label}'), COUNT(*) FROM numbers;
"""
BATCH = """
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE numbers (id BIGINT) WITH (
  'connector' = 'datagen', 'number-of-rows' = '100', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100');
CREATE TABLE sums (label STRING, k BIGINT, n BIGINT) WITH ('connector' = 'print');
CREATE TABLE pairs (label STRING, k BIGINT, n BIGINT) WITH ('connector' = 'print');
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sums SELECT 'sum', id % 2, SUM(id) FROM numbers GROUP BY id % 2;
  INSERT INTO pairs SELECT 'pair', a.id % 2, COUNT(*) FROM numbers a JOIN numbers b ON a.id = b.id GROUP BY a.id % 2;
END;
"""
# Its lines are those that lives.py reads.
LIVING = """
CREATE TABLE numbers (id BIGINT, seen AS PROCTIME()) WITH (
  'connector' = 'datagen', 'rows-per-second' = '50',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000000');
CREATE TABLE lines (line STRING) WITH ('connector' = 'print');
INSERT INTO lines SELECT '${Counter.greeting} count=' || CAST(COUNT(*) OVER (ORDER BY seen) AS STRING) || ' at=' || CAST(id AS STRING)
  FROM numbers;
"""


@pytest.fixture(scope="module")
def daemon(runtime, tmp_path_factory):
    with Kobel(tmp_path_factory.mktemp("sql"), "--min-running", "0s", "--spares", "1") as kobel:
        yield kobel


def start(daemon, work, script, *options):
    return Run(work, script, *options, KOBEL_URL=daemon.url)


def newest(run, label):
    return max(int(count) for count in re.findall(rf"\[{label}, (\d+)\]", run.out))


def test_a_script_keeps_its_state_when_it_is_changed(daemon, jars, tmp_path):
    script = tmp_path / "counting.sql"
    script.write_text(NUMBERS + COUNT)
    (tmp_path / "lib").mkdir()
    shutil.copy(jars["Shout"], tmp_path / "lib" / "functions.jar")
    run = start(daemon, tmp_path, script, "--watch", "-p", "job.label=fine")
    run.wait_for("[IT'S FINE!, 40]")
    script.write_text(NUMBERS + COUNT.replace("it''s", "now"))
    run.wait_for("[NOW FINE!, ")
    before, after = newest(run, "IT'S FINE!"), [int(count) for count in re.findall(r"\+[IU]\[NOW FINE!, (\d+)\]", run.out)]
    assert min(after) == before + 1, (before, after[:3])
    run.interrupt()
    assert run.end() == 0, run.err
    assert "stopped, with snapshot" in run.err
    assert Application(daemon, "counting").status() == "READY"


def test_an_error_names_the_place_in_the_script(daemon, tmp_path):
    script = tmp_path / "wrong.sql"
    for text, place in ((NUMBERS + "INSERT INTO counts\n  SELECT 'x', nope FROM numbers;", "wrong.sql, line 8, column 15: SQL validation failed"),
                        (NUMBERS + "SET 'pipeline.name' = 'a'; CREATE THING t (id INT);", 'wrong.sql, line 7, column 35: SQL parse failed. Encountered "THING"'),
                        (NUMBERS.replace("'print'", "'absent'") + COUNT.replace("shout", "UPPER").replace("CREATE FUNCTION UPPER AS 'jobs.Shout';", ""),
                         "wrong.sql, line 6, column 1: Unable to create a sink")):
        script.write_text(text)
        run = start(daemon, tmp_path, script, "-p", "job.label=x")
        assert run.end() == 1, run.out
        assert place in run.err, (place, run.err)


def test_a_batch_script_of_two_inserts_is_one_job_that_ends(daemon, tmp_path):
    script = tmp_path / "batch.sql"
    script.write_text(BATCH)
    run = start(daemon, tmp_path, script)
    assert run.end() == 0, run.err
    assert "the job has reached its end, and the application is READY" in run.err
    for line in ("[sum, 0, 2550]", "[sum, 1, 2500]", "[pair, 0, 50]", "[pair, 1, 50]"):
        assert line in run.out, run.out[-2000:]


def test_the_example_runs(daemon, tmp_path):
    run = start(daemon, tmp_path, EXAMPLE, "-p", "orders.per-second=100", "--name", "example")
    run.wait_for("| +I[")
    run.interrupt()
    assert run.end() == 0, run.err


def test_a_script_without_its_parts_is_reported_before_the_start(daemon, tmp_path):
    assert "there is no file" in call(daemon, "run", str(tmp_path / "none.sql"), status=1)
    script = tmp_path / "job.sql"
    script.write_text(BATCH)
    assert "there is no file '/none.jar'" in call(daemon, "run", str(script), "--jar", "/none.jar", status=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["FLINK-1_20", "FLINK-2_2", "FLINK-2_3"])
def test_a_script_lives_on_each_runtime(daemon, application, tmp_path, name):
    install_runtime(name)
    script = tmp_path / "living.sql"
    script.write_text(LIVING)
    run = start(daemon, tmp_path, script, "--name", f"living-{name}", "--runtime", name, "-p", "Counter.greeting=hello")
    run.wait_for("RUNNING version 1")
    run.wait_for("+I[hello count=20 ")
    run.interrupt()
    assert run.end() == 0, run.err

    # What was packed is an application like any other.
    application.put_code(max((pathlib.Path(daemon.data) / "code").glob("*"), key=lambda path: path.stat().st_mtime_ns))
    lives.create(application, f"{application.name}.jar", {"Counter": {"greeting": "hello"}}, name)
    lives.live(application, {"Counter": {"greeting": "bye"}})
