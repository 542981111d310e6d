"""An Iceberg table in a bucket of the daemon, in a Hadoop catalog: a jar that brings Iceberg, Hadoop and its S3 file system."""

import glob
import pathlib
import re

import lives
import pytest
from own_s3 import client_of

from kobel import Application, Kobel, wait_for


@pytest.fixture(scope="module")
def jar(project):
    return project("iceberg") / "target" / "iceberg.jar"


def create(kobel, name, jar, **more):
    app = Application(kobel, name)
    app.put_code(jar)
    lives.create(app, f"{name}.jar", {"job": {"warehouse": "s3a://lake/house", **more}})
    return app


def wait_for_data(client, label):
    def files():
        found = client.list_objects_v2(Bucket="lake", Prefix=f"house/db/numbers/data/label={label}/")
        return found["KeyCount"]
    wait_for(lambda: files() >= 5, f"files of {label}")


def totals(kobel, jar):
    """Rows, different ids, the lowest and the highest of them, and labels of the table, as another job reads it."""
    app = create(kobel, "reader", jar, reads="all")
    app.start()
    wait_for(lambda: app.status() == "READY", "the table is read")
    outputs = glob.glob(f"{kobel.data}/apps/*/clusters/*/log/taskmanager-1.out")
    text = "".join(pathlib.Path(path).read_text() for path in outputs)
    return [int(number) for number in re.findall(r"\[table, (.*)\]", text)[-1].split(", ")]


@pytest.mark.slow
def test_each_row_is_in_the_table_once_over_an_update_and_a_kill(runtime, jar, tmp_path):
    with Kobel(tmp_path / "data", "--min-running", "2s") as kobel:
        client = client_of(kobel.url)
        client.create_bucket(Bucket="lake")
        app = create(kobel, "writer", jar, label="first")
        app.start()
        wait_for_data(client, "first")
        operation = app.update_configuration(EnvironmentPropertyUpdates=lives.properties(
            {"job": {"warehouse": "s3a://lake/house", "label": "second"}}))
        assert app.settle() == "RUNNING"
        assert app.operation(operation)["OperationStatus"] == "SUCCESSFUL"
        wait_for_data(client, "second")
        app.wait_for_checkpoint()
        assert app.inject("kill-taskmanager") == 200
        app.update_configuration(EnvironmentPropertyUpdates=lives.properties(
            {"job": {"warehouse": "s3a://lake/house", "label": "third"}}))
        assert app.settle() == "RUNNING"
        wait_for_data(client, "third")
        app.stop()
        rows, ids, low, high, labels = totals(kobel, jar)
        assert (rows, low, high, labels) == (ids, 0, rows - 1, 3)
