"""Records which operations succeeded and which were refused, of all calls with boto3 in this session."""

import json
import os
import pathlib

import boto3

# The test that checks the record (test_operations.py).
CHECK = "test_every_operation_was_done_and_refused"

done = set()
refused = set()


def record(model, http_response, **_):
    (done if http_response.status_code == 200 else refused).add(model.name)


boto3.setup_default_session()
boto3.DEFAULT_SESSION.events.register("after-call.kinesis-analytics-v2", record)


def save():
    """Saves the record of this process in the directory that KOBEL_EXERCISED names, if any."""
    directory = os.environ.get("KOBEL_EXERCISED")
    if directory and (done or refused):
        os.makedirs(directory, exist_ok=True)
        with open(os.path.join(directory, f"{os.getpid()}.json"), "w") as file:
            json.dump({"done": sorted(done), "refused": sorted(refused)}, file)


def load():
    """Adds the records that other sessions have saved. False: there are none."""
    directory = os.environ.get("KOBEL_EXERCISED")
    saved = list(pathlib.Path(directory).glob("*.json")) if directory else []
    for path in saved:
        known = json.loads(path.read_text())
        done.update(known["done"])
        refused.update(known["refused"])
    return bool(saved)


def is_whole_suite(config):
    """Whether this process runs all tests of this directory."""
    narrowed = [name for name in ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf") if config.getoption(name, default=None)]
    here = pathlib.Path(__file__).parent
    return not narrowed and not hasattr(config, "workerinput") and all(
        here.is_relative_to((config.invocation_params.dir / argument).resolve()) for argument in config.args)
