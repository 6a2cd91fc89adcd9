"""Whatever is sent to the registry, by its description or beyond it: an answer, never a failure of ours."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

pytestmark = pytest.mark.integration
EXAMPLES = 12
CHECKS = [
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]


def attack(url: str) -> list[str]:
    """Every operation with generated input; the failures found."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    headers = {"Authorization": "Bearer operator@120116"}
    failures: list[str] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck), derandomize=True,
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case[Any]) -> None:
            response = case.call(headers=headers)
            sent = f"{case.method} {case.formatted_path} {case.query!r} {case.body!r}"
            if response.status_code >= 500:
                failures.append(f"{sent}: {response.text[:300]}")
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as group:
                failures.extend(f"{sent}: {str(failure)[:600]}" for failure in group.exceptions)

        ask()
    return failures


async def test_no_input_makes_the_registry_fail(served: str) -> None:
    assert await asyncio.to_thread(attack, served) == []
