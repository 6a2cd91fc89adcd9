"""Two people at one record, and a retry after a lost answer: once per service on a typical command."""

from typing import Any
from uuid import uuid4

import pytest

from tests.http.office import STREET, Office

pytestmark = pytest.mark.integration

ORGANIZATION = {"name": "滨海新区丁卯助老会", "division": STREET}
FUND = {
    "division": STREET, "title": "丁卯专项资金", "source": "fiscal", "fiscal_year": 2026, "total_fen": 100,
}  # fmt: skip
CREATED: dict[str, tuple[str, dict[str, Any]]] = {
    "registry": ("/v1/organizations", ORGANIZATION),
    "grants": ("/v1/funds", FUND),
    "partybuild": ("/v1/instructors", {"person_id": "p-retried", "division": STREET}),
    "notify": (
        "/v1/recipients",
        {"person_id": "p-retried", "actor_id": "u-r", "role": "liaison", "division": STREET},
    ),
}
CHANGED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "registry": ("PATCH", "", {"staff_count": 7}),
    "grants": ("POST", "/increase", {"amount_fen": 50}),
    "partybuild": ("POST", "/end", {"effective_on": "2026-11-01"}),
    "notify": ("PUT", "/deputy", {"deputy_actor_id": "u-deputy"}),
}


def commanded(office: Office) -> str:
    """The service's name; the console owns no record, so that nothing of it can be stale or retried."""
    name = office.service.name
    if name not in CREATED:
        assert [route for route in office.routes() if not route.reads] == []
        pytest.skip("the console has no command")
    return name


async def test_a_retry_with_the_same_key_gives_the_first_answer(office: Office) -> None:
    path, body = CREATED[commanded(office)]
    key = {"idempotency-key": str(uuid4())}
    first = await office.ask("POST", path, json=body, headers=key)
    assert first.status_code == 201, first.text
    stored = await office.contents()
    again = await office.ask("POST", path, json=body, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    other = await office.ask("POST", path, json={**body, "division": "120116"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await office.contents() == stored


async def test_a_change_of_an_old_version_is_refused_and_shows_the_present_one(office: Office) -> None:
    name = commanded(office)
    path, body = CREATED[name]
    made = await office.done("POST", path, json=body | _others(name))
    method, suffix, change = CHANGED[name]
    url = f"{path}/{made['id']}{suffix}"
    seen = {"if-match": f'"{made["revision"]}"'}
    changed = await office.ask(method, url, json=change, headers=seen)
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] != seen["if-match"]
    stored = await office.contents()
    stale = await office.ask(method, url, json=change, headers=seen)
    problem = stale.json()
    assert (stale.status_code, problem["code"]) == (412, "stale_revision")
    assert problem["changed"]["revision"] == changed.json()["revision"]
    assert problem["changed"]["id"] == made["id"]
    assert await office.contents() == stored


def _others(name: str) -> dict[str, Any]:
    """What makes it another record than the one of the retry."""
    return {
        "registry": {"name": "滨海新区戊辰助残会"}, "grants": {"title": "戊辰专项资金"},
        "partybuild": {"person_id": "p-stale"}, "notify": {"person_id": "p-stale"},
    }[name]  # fmt: skip
