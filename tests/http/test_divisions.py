"""A command names no place of the region that its profile does not have; who reads may ask for any."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.http.office import STACK, Office

pytestmark = pytest.mark.integration
NOWHERE = f"{STACK}999"
_PATTERN = "^[0-9]{4}([0-9]{2}"


def named(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(pointer, value with `NOWHERE` in it) of each place that the schema takes."""
    for one in schema.get("anyOf", (schema,)):
        if "$ref" in one:
            yield from named(known[one["$ref"].rpartition("/")[2]], known)
        elif str(one.get("pattern", "")).startswith(_PATTERN):
            yield "", NOWHERE
        elif "items" in one:
            yield from ((f"/0{pointer}", [value]) for pointer, value in named(one["items"], known))
        for name, inner in one.get("properties", {}).items():
            yield from ((f"/{name}{pointer}", {name: value}) for pointer, value in named(inner, known))


async def test_each_field_of_each_command_refuses_a_place_that_is_not_there(office: Office) -> None:
    document = office.app.openapi()  # type: ignore[attr-defined]  # FastAPI, kept as ASGI
    known, tried = document["components"]["schemas"], 0
    for route in office.routes():
        operation = document["paths"][route.path].get(route.method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        for pointer, body in named(content["application/json"]["schema"], known):
            path = route.path.replace("{id}", (office.records.ids or [""])[0])
            answer = await office.ask(route.method, path, division=STACK, json=body)
            faults = {one["pointer"]: one for one in answer.json().get("errors") or ()}
            assert answer.status_code == 422, f"{route} {body}: {answer.text}"
            assert faults[pointer]["code"] == "division_unknown", f"{route} {body}: {answer.text}"
            assert f"“{NOWHERE}”" in faults[pointer]["detail"]
            tried += 1
    at_least = {"registry": 60, "grants": 2, "partybuild": 2, "notify": 1, "console": 0}
    assert tried >= at_least[office.service.name]


async def test_who_reads_may_ask_for_any(office: Office) -> None:
    for route in office.routes():
        if route.reads and route.path in {
            "/v1/organizations", "/v1/tasks", "/v1/funds", "/v1/party-organizations", "/v1/recipients"
        }:  # fmt: skip
            answer = await office.ask("GET", route.path, division=STACK, params={"division": NOWHERE})
            assert (answer.status_code, answer.json()["items"]) == (200, []), route
