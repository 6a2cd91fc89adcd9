"""Whatever is sent to any route is answered with what the API's document says, and never with a 5xx."""

from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from chassis.http import create_app
from tests.grants.conftest import Grants
from tests.grants.test_http import Desk

pytestmark = pytest.mark.integration


@pytest.fixture
def app(grants: Grants) -> FastAPI:
    """The service's API, signed in at the desk of the HTTP tests."""
    return create_app(grants.runtime, authenticator=Desk())


@pytest.fixture
def operations(app: FastAPI) -> list[Any]:
    """Every operation of its own that the API's document names."""
    schema = schemathesis.openapi.from_dict(app.openapi())
    found: list[Any] = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return [operation for operation in found if operation.path.startswith("/v1/")]


@settings(
    max_examples=80,
    deadline=None,
    phases=[Phase.generate],  # a failing request is told whole; making it smaller takes minutes
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
async def test_no_generated_request_breaks_a_route(
    grants: Grants, app: FastAPI, operations: list[Any], data: st.DataObject
) -> None:
    """Valid and invalid requests of any operation, some of them about records that exist."""
    operation = data.draw(st.sampled_from(operations), label="operation")
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    if "{id}" in operation.path and data.draw(st.booleans()):
        case.path_parameters = {"id": data.draw(st.sampled_from(await _known(grants)))}
    answer = await _send(app, case)
    assert answer.status_code < 500, f"{operation.label}: {answer.text}"
    documented = {str(status) for status in operation.definition.raw["responses"]}
    assert str(answer.status_code) in documented, f"{operation.label}: {answer.status_code} {answer.text}"


async def _known(grants: Grants) -> list[str]:
    """Ids of records of each kind, made when first asked for."""
    rows = await grants.rows(
        "select id from round union select id from fund union select id from application"
    )
    if not rows:
        await grants.application(await grants.round())
        return await _known(grants)
    return [str(row["id"]) for row in rows]


async def _send(app: FastAPI, case: Any) -> httpx.Response:
    arguments = case.as_transport_kwargs(base_url="http://grants")
    arguments.pop("cookies", None)
    if isinstance(raw := arguments.get("data"), str | bytes):
        arguments["content"] = raw
        del arguments["data"]
    given_headers = arguments.pop("headers", None) or {}
    headers = {name: str(value).encode("latin-1", "replace") for name, value in given_headers.items()}
    headers["authorization"] = b"Bearer operator@120116"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        return await client.request(**arguments, headers=headers)
