"""The alias routes with requests that schemathesis generates: each answer conforms to the API document."""

import json

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from kobel import Application, Kobel

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@schemathesis.deserializer("application/x-amz-json-1.1")
def read_json(_, response):
    return json.loads(response.content)


@pytest.fixture(scope="module")
def kobel(tmp_path_factory):
    """A daemon with an application "0", the first name that is generated."""
    with Kobel(tmp_path_factory.mktemp("aliases")) as kobel:
        Application(kobel, "0").create_without_code()
        yield kobel


@pytest.fixture(scope="module")
def session():
    with requests.Session() as session:
        session.trust_env = False  # to search for proxies takes longer than an answer
        yield session


@pytest.fixture(scope="module")
def document(kobel):
    return schemathesis.openapi.from_url(f"{kobel.url}/kobel/v1/openapi.json")


@pytest.mark.slow
@schemathesis.pytest.from_fixture("document").parametrize()
@settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_answers_conform_to_the_document(case, session):
    case.call_and_validate(session=session, checks=CHECKS)
