"""Whatever is sent to any service: a documented answer that keeps its schema, and never a failure of ours.

The one proof of this for all services: requests by the document and beside it, about records that are there
and about none. A service's own suite does not repeat it.
"""

import asyncio
import contextlib
import re
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from tests.http.generated import Case, Operation, arguments, is_problem, operations
from tests.http.office import Office

pytestmark = pytest.mark.integration

EXAMPLES = 8
"""A route and mode; 125 routes take half a minute with it."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]
_UNTRANSLATED = re.compile(r"Value error|值无效")


def faults_of(case: Case, answer: httpx.Response) -> list[str]:
    """What is wrong with an answer."""
    found = []
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        found = [str(failure)[:500] for failure in group.exceptions]
    if answer.status_code >= 400 and not is_problem(answer):
        found.append(f"{answer.status_code} is no problem document: {answer.text[:300]}")
    if answer.status_code >= 400 and _UNTRANSLATED.search(answer.text):
        found.append(f"not said in Chinese: {answer.text[:500]}")
    return found


def attack(office: Office, loop: asyncio.AbstractEventLoop) -> list[str]:
    """Every operation with requests by its description and beside it, half of them about known records."""
    failures: list[str] = []
    headers = {"authorization": f"Bearer {office.token('operator')}".encode(), "accept-language": b"zh"}

    async def answered(made: dict[str, Any]) -> httpx.Response:
        answer = await office.client.request(**made)
        await answer.request.aread()  # the checks look at what was sent, a form too
        return answer

    def send(case: Case) -> httpx.Response:
        made = arguments(case)
        made["headers"] = {**made["headers"], **headers}
        return asyncio.run_coroutine_threadsafe(answered(made), loop).result(60)

    def one(operation: Operation, mode: GenerationMode) -> None:
        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def ask(case: Case, data: Any) -> None:
            if "{id}" in operation.path and office.records.ids and data.draw(st.booleans()):
                case.path_parameters = {"id": data.draw(st.sampled_from(office.records.ids))}
            found = faults_of(case, send(case))
            sent = f"{case.method} {case.formatted_path} {case.query!r} {case.body!r}"[:600]
            failures.extend(f"{sent}: {fault}" for fault in found)

        ask()

    for operation in operations(office).values():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            # An operation without input has nothing that could be wrong.
            with contextlib.suppress(Unsatisfiable):
                one(operation, mode)
    return failures


async def test_whatever_is_sent_the_answer_is_a_documented_one(office: Office) -> None:
    failures = await asyncio.to_thread(attack, office, asyncio.get_running_loop())
    assert failures == []
