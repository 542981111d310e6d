"""Reports the progress of a long test run: a line for each failure, and one every half minute."""

import os
import threading
import time

EVERY_S = 30
SHOWN = 4


class Progress:
    """A plugin for the process that collects the results. `stream`: a file descriptor for the lines."""

    def __init__(self, stream):
        self.stream = open(stream, "w", buffering=1, closefd=False)
        self.began = time.monotonic()
        self.running = {}
        self.total = self.done = self.failed = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.report_regularly, daemon=True)

    def report(self, text):
        elapsed = int(time.monotonic() - self.began)
        self.stream.write(f"   {elapsed // 60:3}:{elapsed % 60:02}  {text}\n")

    def report_regularly(self):
        while not self.ended.wait(EVERY_S):
            now = time.monotonic()
            longest = sorted(dict(self.running).items(), key=lambda item: item[1])[:SHOWN]
            names = ", ".join(f"{name} ({now - since:.0f} s)" for name, since in longest)
            self.report(f"{self.done} of {self.total or '?'} tests done, {self.failed} failed; running: {names or 'none'}")

    def pytest_sessionstart(self):
        self.thread.start()

    def pytest_collection_finish(self, session):
        self.total = len(session.items) or self.total

    def pytest_xdist_node_collection_finished(self, ids):
        self.total = len(ids)

    def pytest_runtest_logstart(self, nodeid):
        self.running[short(nodeid)] = time.monotonic()

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed += 1
            self.report(f"FAILED {short(report.nodeid)} ({report.when})")

    def pytest_runtest_logfinish(self, nodeid):
        self.running.pop(short(nodeid), None)
        self.done += 1

    def pytest_sessionfinish(self):
        self.ended.set()


def short(nodeid):
    return os.path.basename(nodeid).removeprefix("test_").replace(".py::test_", "::")


def register(config):
    stream = os.environ.get("KOBEL_PROGRESS")
    if stream and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(int(stream)))
