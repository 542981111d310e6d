"""Each constraint of the service model, at each depth of each operation: a request that violates it, and the exact answer."""

import http.client
import json
import urllib.parse

import pytest

from kobel import PATIENCE_S
from shapes import OPERATIONS, invalid_requests, requests_at_limits, sample, without_hash_codes

SHOWN = 30  # mismatches in a failure
LONG = 4096  # bytes; kobel shows no more of a value


class Wire:
    """A connection for raw requests."""

    def __init__(self, kobel):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(kobel.url).netloc, timeout=PATIENCE_S)

    def send(self, operation, request):
        """Status, exception ("" = none) and its message."""
        self.connection.request("POST", "/", json.dumps(request), {
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": OPERATIONS[operation]["target"]})
        answer = self.connection.getresponse()
        body = json.loads(answer.read())
        kind = body.get("__type", "")
        assert answer.headers.get("x-amzn-ErrorType", "") == kind
        return answer.status, kind, body.get("message", body.get("Message"))


@pytest.fixture(scope="module")
def wire(shared):
    wire = Wire(shared)
    yield wire
    wire.connection.close()


def is_right(variant, status, kind, text):
    if status != 400:
        return False
    if not variant.rules:
        return kind == "SerializationException" and variant.text in (None, text)
    return kind == "ValidationException" and any(is_text(variant, text, wanted) for wanted in variant.texts())


def is_text(variant, text, wanted):
    """Whether the texts are equal, except for a very long value, of which kobel shows the beginning."""
    answered = without_hash_codes(text)
    if answered == wanted:
        return True
    value = answered.partition("Value '")[2].partition("...' at '")[0]
    # The last shown element of a list may be cut.
    is_beginning = variant.shown[1:].startswith(value.rsplit(",", 1)[0])
    return len(text.encode()) > LONG and is_beginning and answered.replace(f"'{value}...'", variant.shown) == wanted


def short(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text is None or len(text) < 300 else f"{text[:300]}... ({len(text)} characters)"


def report(mismatches, count):
    lines = [f"{len(mismatches)} of {count} answers are wrong:"] + mismatches[:SHOWN]
    return "\n".join(lines + [f"... and {len(mismatches) - SHOWN} more"] * (len(mismatches) > SHOWN))


def test_every_wrong_member_is_refused_with_the_message_of_the_service(wire):
    mismatches = []
    count = 0
    for operation in OPERATIONS:
        for variant in invalid_requests(operation):
            count += 1
            answer = wire.send(operation, variant.request)
            if not is_right(variant, *answer):
                wanted = next(variant.texts()) if variant.rules else variant.text or "(any text)"
                mismatches.append(f"{operation} {variant.path}: {short(variant.request)}\n    answered {answer[0]} {answer[1]}: "
                                  f"{short(answer[2] or '')}\n    wanted   {short(wanted)}")
    assert count > 3000, "the model has more constraints"
    assert mismatches == [], report(mismatches, count)


def test_values_at_their_limits_are_accepted(wire):
    """Where possible, another required member is omitted: the request then does nothing, and its absence is the only violation."""
    mismatches = []
    count = 0
    for operation, facts in OPERATIONS.items():
        for top, request in requests_at_limits(operation):
            count += 1
            marker = next((member for member in sample(facts["input"]) if member != top), None)
            answer = wire.send(operation, {member: value for member, value in request.items() if member != marker})
            if marker is None:
                is_accepted = answer[1] not in ("ValidationException", "SerializationException")
            else:
                path = marker[0].lower() + marker[1:]
                is_accepted = answer[1:] == ("ValidationException", f"1 validation error detected: Value null at '{path}' "
                                             "failed to satisfy constraint: Member must not be null")
            if not is_accepted:
                mismatches.append(f"{operation} {top}: {short(request)}\n    answered {answer[0]} {answer[1]}: {short(answer[2] or '')}")
    assert count > 500
    assert mismatches == [], report(mismatches, count)


def test_at_most_ten_violations_are_reported(wire):
    tags = [{"Key": ""}] * 12
    status, kind, text = wire.send("TagResource", {"ResourceARN": "arn:x", "Tags": tags})
    assert (status, kind) == (400, "ValidationException")
    assert text == "10 validation errors detected: " + "; ".join(
        f"Value '' at 'tags.{number}.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"
        for number in range(1, 11))
