"""What was asked of any daemon through boto3 in this session: the operations that were done, and those that were refused."""

import pathlib

import boto3

done = set()
refused = set()


def note(model, http_response, **_):
    (done if http_response.status_code == 200 else refused).add(model.name)


boto3.setup_default_session()
boto3.DEFAULT_SESSION.events.register("after-call.kinesis-analytics-v2", note)


def is_whole_suite(config):
    """Whether all tests of this directory are run."""
    narrowed = [name for name in ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf") if config.getoption(name, default=None)]
    here = pathlib.Path(__file__).parent
    return not narrowed and all(here.is_relative_to((config.invocation_params.dir / argument).resolve()) for argument in config.args)
