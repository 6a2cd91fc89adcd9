"""Requests made from a service's OpenAPI document, about records that exist."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from tests.http.office import STREET, Office, Route

Operation = Any
Case = schemathesis.Case[Any]


_DESCRIBED: dict[str, dict[tuple[str, str], Operation]] = {}
"""Service -> its operations: to write and to read the document of 650 routes takes seconds."""


def operations(office: Office) -> dict[tuple[str, str], Operation]:
    """(method, path) -> what the document says of it."""
    found = _DESCRIBED.setdefault(office.service.name, {})
    if found:
        return found
    schema = schemathesis.openapi.from_dict(office.app.openapi())  # type: ignore[attr-defined]
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        found[operation.method.upper(), operation.path] = operation
    return found


def cases(operation: Operation, count: int, mode: GenerationMode) -> list[Case]:
    """The same `count` requests in every run, the simplest first."""
    found: list[Case] = []

    @settings(
        max_examples=count, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


def arguments(case: Case) -> dict[str, Any]:
    """The request as httpx takes it."""
    made = dict(case.as_transport_kwargs(base_url="http://service.test"))
    made.pop("cookies", None)
    data = made.pop("data", None)
    if isinstance(data, str | bytes):
        made["content"] = data
    elif data:
        made["data"] = dict(data)
    files = made.pop("files", None)
    if files:  # none for a form without any part
        made["files"] = [(name, _part(part)) for name, part in files]
    headers = made.pop("headers", None) or {}
    made["headers"] = {name: str(value).encode("latin-1", "replace") for name, value in headers.items()}
    return made


def _part(part: tuple[str | None, Any]) -> tuple[str | None, str | bytes]:
    """One part of a form; a form has no types but text and bytes."""
    name, content = part
    return name, content if isinstance(content, bytes) else str(content)


@dataclass(frozen=True)
class Request:
    """A request that an officer of `STREET` could send about a record there."""

    method: str
    path: str
    content: dict[str, Any]


def valid_requests(office: Office, route: Route, operation: Operation, count: int) -> Iterator[Request]:
    """Requests as the document allows: each record's id in the path, `STREET` and references in the body."""
    for case in cases(operation, count, GenerationMode.POSITIVE):
        if isinstance(case.body, dict):
            case.body = {**case.body, **_given(office, operation)}
        made = arguments(case)
        content: dict[str, Any] = {
            name: made[name] for name in ("json", "data", "files", "content") if name in made
        }
        for path in _paths(office, route, case):
            yield Request(route.method, path, {**content, "params": _query(office, operation)})


def _given(office: Office, operation: Operation) -> dict[str, Any]:
    known: dict[str, Any] = {"division": STREET, **office.records.references}
    properties = _schema_keys(operation, "properties")
    given = {name: value for name, value in known.items() if name in properties}
    required = _schema_keys(operation, "required")
    return given | {name: value for name, value in office.records.required.items() if name in required}


def _schema_keys(operation: Operation, of: str) -> set[str]:
    """The body's fields: all `properties`, or the `required` ones."""
    document = operation.schema.raw_schema
    found: set[str] = set()
    content = operation.definition.raw.get("requestBody", {}).get("content", {})
    for media in content.values():
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        found |= set(document["components"]["schemas"].get(name, {}).get(of, ()))
    return found


def _query(office: Office, operation: Operation) -> dict[str, str]:
    """What a reader must ask by; filters would only hide what must not be shown."""
    asked = {"division": STREET, "name": "甲", **office.records.references}
    raw = operation.definition.raw.get("parameters", ())
    return {
        one["name"]: asked[one["name"]] for one in raw
        if one.get("in") == "query" and one.get("required") and one["name"] in asked
    }  # fmt: skip


def _paths(office: Office, route: Route, case: Case) -> list[str]:
    ids = office.records.ids or ["0192f000-0000-7000-8000-00000000dead"]
    for name in ("{id}", "{subject}"):
        if name in route.path:
            return [route.path.replace(name, id) for id in ids]
    return [case.formatted_path]


def is_problem(answer: httpx.Response) -> bool:
    """Whether a refusal is a problem document with code, title, status and a sentence."""
    if not answer.headers["content-type"].startswith("application/problem+json"):
        return False
    body = answer.json()
    told = all(body.get(name) for name in ("code", "title", "detail", "correlation_id"))
    return told and body["status"] == answer.status_code
