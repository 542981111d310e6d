"""The alias routes against kobel's own document, by schemathesis: whatever is sent, the document foresees the answer."""

import json

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from kobel import ROLE, Kobel

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@schemathesis.deserializer("application/x-amz-json-1.1")
def read_json(_, response):
    return json.loads(response.content)


@pytest.fixture(scope="module")
def kobel(tmp_path_factory):
    """A daemon with an application of the name that is generated first."""
    kobel = Kobel(tmp_path_factory.mktemp("aliases"))
    kobel.client.create_application(ApplicationName="0", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE)
    yield kobel
    assert kobel.stop() == 0


@pytest.fixture(scope="module")
def session():
    with requests.Session() as session:
        session.trust_env = False  # looking for proxies takes longer than an answer
        yield session


@pytest.fixture(scope="module")
def document(kobel):
    return schemathesis.openapi.from_url(f"{kobel.url}/kobel/v1/openapi.json")


@schemathesis.pytest.from_fixture("document").parametrize()
@settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_answers_are_those_of_the_document(case, session):
    case.call_and_validate(session=session, checks=CHECKS)
