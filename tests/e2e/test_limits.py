"""A job that hangs while it starts is given up after a limit, and can be stopped: its open() waits for a broker that does not answer, and
a start means that all tasks run."""

import re
import socket
import threading

import pytest

from kobel import Application, Kobel, wait_for


class Broker:
    """Accepts connections, and answers while it is up."""

    def __init__(self):
        self.is_up = True
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            with connection:
                if self.is_up:
                    connection.sendall(b"x")

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def broker():
    one = Broker()
    yield one
    one.close()


@pytest.fixture
def strict(runtime, tmp_path):
    with Kobel(tmp_path, "--start-means", "all-tasks") as kobel:
        yield kobel


def create(kobel, jars, broker):
    application = Application(kobel, "waiting")
    application.create(jars["Waiting"], f"{broker.port}-first", ApplicationSnapshotConfiguration={"SnapshotsEnabled": True})
    return application


def submissions(application):
    return sum(event.get("phase") == "SUBMIT" for event in application.events())


def test_a_roll_back_that_hangs_can_be_stopped_by_force(strict, jars, broker):
    application = create(strict, jars, broker)
    application.start()
    count = application.wait_for_count(30)
    broker.is_up = False
    before = submissions(application)
    update = application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"{broker.port}-second"))
    wait_for(lambda: submissions(application) == before + 1, "the update's job hangs")
    assert application.status() == "UPDATING"
    application.client.rollback_application(ApplicationName="waiting", CurrentApplicationVersionId=2)
    wait_for(lambda: submissions(application) == before + 2, "the job of the version before hangs")
    assert application.status() == "ROLLING_BACK"
    application.stop(Force=True)
    assert application.operation(update)["OperationStatus"] == "CANCELLED"
    wait_for(lambda: strict.java_processes() == [], "no process is left")
    broker.is_up = True
    application.start()
    application.wait_for_count(count)
    assert [line[1] for line in application.lines()].count(1) == 1, "no state was lost"


def test_a_roll_back_that_hangs_can_be_deleted(strict, jars, broker):
    application = create(strict, jars, broker)
    application.start()
    application.wait_for_count(1)
    broker.is_up = False
    before = submissions(application)
    application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"{broker.port}-second"))
    wait_for(lambda: submissions(application) == before + 1, "the update's job hangs")
    application.client.rollback_application(ApplicationName="waiting", CurrentApplicationVersionId=2)
    assert application.status() == "ROLLING_BACK"
    application.delete()
    wait_for(lambda: strict.java_processes() == [], "no process is left")


def test_an_update_that_hangs_is_rolled_back_automatically(runtime, tmp_path, jars, broker):
    with Kobel(tmp_path, "--start-limit", "30s", "--start-means", "all-tasks") as kobel:
        application = create(kobel, jars, broker)
        application.update(ApplicationConfigurationUpdate={"ApplicationSystemRollbackConfigurationUpdate": {"RollbackEnabledUpdate": True}})
        application.start()
        count = application.wait_for_count(30)
        broker.is_up = False
        update = application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"{broker.port}-second"))
        wait_for(lambda: application.status() == "ROLLING_BACK", "the update has failed")
        broker.is_up = True
        assert application.settle() == "RUNNING"
        details = application.operation(update)
        assert details["OperationStatus"] == "FAILED"
        assert re.search(r"tasks of the job were running after \d+ s \(--start-limit\)", details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"])
        application.wait_for_count(count, f"{broker.port}-first")
        assert [line[1] for line in application.lines()].count(1) == 1, "no state was lost"
