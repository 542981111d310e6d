"""What hangs ends, and can be left: a job whose open() waits for a broker that is away."""

import json
import re
import socket
import threading
import urllib.request

import pytest

from kobel import Application, Kobel, wait_for


class Broker:
    """Greets whoever connects, while it is there."""

    def __init__(self):
        self.is_there = True
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.greet, daemon=True).start()

    def greet(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            with connection:
                if self.is_there:
                    connection.sendall(b"x")

    def come(self):
        self.is_there = True

    def go(self):
        self.is_there = False

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def broker():
    one = Broker()
    yield one
    one.close()


def waiting(kobel, jars, broker):
    application = Application(kobel, "waiting")
    application.create(jars["Waiting"], f"{broker.port}-first", ApplicationSnapshotConfiguration={"SnapshotsEnabled": True})
    return application


def events(application):
    with urllib.request.urlopen(f"{application.kobel.url}/kobel/v1/applications/{application.name}/events") as answer:
        return json.load(answer)["events"]


def submissions(application):
    return sum(event.get("phase") == "SUBMIT" for event in events(application))


def test_a_roll_back_that_hangs_can_be_stopped_by_force(own, jars, broker):
    application = waiting(own, jars, broker)
    application.start()
    count = application.wait_for_count(30)
    broker.go()
    before = submissions(application)
    update = application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"{broker.port}-second"))
    wait_for(lambda: submissions(application) == before + 1, "the update's job hangs")
    assert application.status() == "UPDATING"
    application.client.rollback_application(ApplicationName="waiting", CurrentApplicationVersionId=2)
    wait_for(lambda: submissions(application) == before + 2, "the job that is gone back to hangs")
    assert application.status() == "ROLLING_BACK"
    application.stop(Force=True)
    assert application.operation(update)["OperationStatus"] == "CANCELLED"
    wait_for(lambda: own.java_processes() == [], "nothing of it runs")
    broker.come()
    application.start()
    application.wait_for_count(count)
    assert [line[1] for line in application.lines()].count(1) == 1, "no state was lost"


def test_a_roll_back_that_hangs_can_be_deleted(own, jars, broker):
    application = waiting(own, jars, broker)
    application.start()
    application.wait_for_count(1)
    broker.go()
    before = submissions(application)
    application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"{broker.port}-second"))
    wait_for(lambda: submissions(application) == before + 1, "the update's job hangs")
    application.client.rollback_application(ApplicationName="waiting", CurrentApplicationVersionId=2)
    assert application.status() == "ROLLING_BACK"
    application.delete()
    wait_for(lambda: own.java_processes() == [], "nothing of it runs")


def test_an_update_that_hangs_goes_back_by_itself(runtime, tmp_path, jars, broker):
    kobel = Kobel(tmp_path, "--start-limit", "30s")
    try:
        application = waiting(kobel, jars, broker)
        application.update(ApplicationConfigurationUpdate={"ApplicationSystemRollbackConfigurationUpdate": {"RollbackEnabledUpdate": True}})
        application.start()
        count = application.wait_for_count(30)
        broker.go()
        update = application.update_configuration(EnvironmentPropertyUpdates=application.properties(f"{broker.port}-second"))
        wait_for(lambda: application.status() == "ROLLING_BACK", "the update is given up")
        broker.come()
        assert application.settle() == "RUNNING"
        details = application.operation(update)
        assert details["OperationStatus"] == "FAILED"
        assert re.search(r"tasks of the job were running after \d+ s \(--start-limit\)", details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"])
        application.wait_for_count(count, f"{broker.port}-first")
        assert [line[1] for line in application.lines()].count(1) == 1, "no state was lost"
    finally:
        kobel.stop()
