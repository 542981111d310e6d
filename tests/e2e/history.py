"""Waits for events of an application, with long polls and with a stream."""

import http.client
import json
import urllib.parse

from kobel import PATIENCE_S


def matches(event, wanted):
    return all(event.get(key) == value for key, value in wanted.items())


class History:
    """The events of an application, read with long polls."""

    def __init__(self, application):
        self.application = application
        self.seen = []

    def read(self, wait=0):
        after = self.seen[-1]["sequence"] if self.seen else 0
        events = self.application.kobel.get(f"{self.application.path}/events?after={after}&wait={wait}")["events"]
        self.seen += events
        return events

    def wait_for(self, **wanted):
        """The first event with these members."""
        checked = 0
        for _ in range(30):
            for event in self.seen[checked:]:
                checked += 1
                if matches(event, wanted):
                    return event
            self.read(wait=20)
        raise AssertionError(f"no {wanted} in {self.seen}")


class Stream:
    """The events of an application, as the EventSource of a browser reads them."""

    def __init__(self, application, last_event=None):
        address = urllib.parse.urlsplit(application.kobel.url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE_S)
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": str(last_event)} if last_event else {})}
        self.connection.request("GET", f"{application.path}/events", headers=headers)
        self.answer = self.connection.getresponse()

    def read(self):
        """The next event. None: the stream has ended."""
        number = None
        while line := self.answer.readline():
            if line.startswith(b"id: "):
                number = int(line[4:])
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                assert event["sequence"] == number
                return event
        return None

    def wait_for(self, **wanted):
        while (event := self.read()) is not None:
            if matches(event, wanted):
                return event
        raise AssertionError(f"the stream ended without {wanted}")
