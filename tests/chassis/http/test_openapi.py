"""The OpenAPI document is kept: whatever is sent, the status is documented and never a 5xx."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from tests.chassis.http.conftest import Served

pytestmark = pytest.mark.integration
EXAMPLES = 25


async def test_whatever_is_sent_the_answer_is_a_documented_one(
    served: Served, client: httpx.AsyncClient
) -> None:
    document = (await client.get("/openapi.json")).json()
    del document["paths"]["/v1/funds/broken"]  # fails on purpose
    token = client.headers["authorization"]
    await asyncio.to_thread(_attack, document, str(client.base_url), token)


def _attack(document: dict[str, object], base_url: str, authorization: str) -> None:
    schema = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        strategy = found.ok().as_strategy()

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        def attack(case: schemathesis.Case[Any]) -> None:
            response = case.call(base_url=base_url, headers={"authorization": authorization})
            assert response.status_code < 500, response.text
            case.validate_response(
                response,
                checks=[
                    schemathesis.checks.status_code_conformance,
                    schemathesis.checks.content_type_conformance,
                    schemathesis.checks.response_schema_conformance,
                ],
            )

        _given(strategy, attack)


def _given(
    strategy: st.SearchStrategy[schemathesis.Case[Any]], attack: Callable[[schemathesis.Case[Any]], None]
) -> None:
    given(case=strategy)(attack)()


async def test_every_operation_documents_problems_and_its_permission(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/v1/funds"]["post"]
    assert operation["security"] == [{"HTTPBearer": ["funds:open"]}]
    assert {header["name"] for header in operation["parameters"]} == {"If-Match", "Idempotency-Key"}
    assert "application/problem+json" in operation["responses"]["409"]["content"]
    assert "HTTPValidationError" not in json.dumps(document)
