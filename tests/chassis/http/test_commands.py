"""Commands over HTTP: what is answered, what is refused, and what a retry gets."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from chassis.http.call import TRIES
from chassis.metrics import metrics
from chassis.unit_of_work import UnitOfWork
from tests.chassis.http.conftest import Served
from tests.chassis.sample import app

pytestmark = pytest.mark.integration
Body = Callable[..., dict[str, object]]


async def events(served: Served) -> int:
    """How many events the service's log has."""
    connection = await asyncpg.connect(served.settings.database.dsn.get_secret_value())
    try:
        return int(await connection.fetchval("select count(*) from event_log"))
    finally:
        await connection.close()


def given_up(command: str) -> float:
    """How often the database gave this command up for others."""
    labels = {"command": command}
    return metrics("grants").registry.get_sample_value("shuniu_command_deadlocks_total", labels) or 0.0


async def opened(client: httpx.AsyncClient, body: dict[str, object]) -> dict[str, Any]:
    """A fund that was just opened."""
    answer = await client.post("/v1/funds", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_created_record_is_answered_with_its_place_state_and_counters(
    client: httpx.AsyncClient, fund: Body
) -> None:
    answer = await client.post("/v1/funds", json=fund(title="Venture"))
    state = answer.json()
    assert answer.status_code == 201
    assert (state["revision"], state["sequence"], state["title"]) == (1, 1, "Venture")
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"/v1/funds/{state['id']}"
    shown = await client.get(answer.headers["location"])
    assert shown.json() == state


async def test_a_write_based_on_an_old_reading_is_refused_and_shows_what_changed(
    client: httpx.AsyncClient, fund: Body
) -> None:
    state = await opened(client, fund())
    path, seen = f"/v1/funds/{state['id']}/increase", {"if-match": '"1"'}
    first = await client.post(path, json={"amount_fen": 5}, headers=seen)
    second = await client.post(path, json={"amount_fen": 7}, headers=seen)
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert second.status_code == 412
    assert second.json()["code"] == "stale_revision"
    assert second.json()["changed"]["total_fen"] == 1005
    malformed = await client.post(path, json={"amount_fen": 7}, headers={"if-match": "yesterday"})
    assert (malformed.status_code, malformed.json()["code"]) == (422, "if_match_malformed")


async def test_a_retried_command_gets_the_first_answer_and_happens_once(
    served: Served, client: httpx.AsyncClient, fund: Body
) -> None:
    body, key = fund(), {"idempotency-key": "k-1"}
    first = await client.post("/v1/funds", json=body, headers=key)
    again = await client.post("/v1/funds", json=body, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await events(served) == 1


async def test_the_same_key_with_another_content_is_refused(client: httpx.AsyncClient, fund: Body) -> None:
    key = {"idempotency-key": "k-1"}
    await client.post("/v1/funds", json=fund(), headers=key)
    other = await client.post("/v1/funds", json=fund(), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_two_callers_may_choose_the_same_key(served: Served, fund: Body) -> None:
    key = {"idempotency-key": "k-1"}
    async with served.client(subject="u-1") as one, served.client(subject="u-2") as two:
        answers = [await caller.post("/v1/funds", json=fund(), headers=key) for caller in (one, two)]
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_simultaneous_retries_wait_and_all_get_the_first_answer(
    served: Served, client: httpx.AsyncClient, fund: Body
) -> None:
    state = await opened(client, fund())
    path, key = f"/v1/funds/{state['id']}/increase", {"idempotency-key": "k-9"}
    body = {"amount_fen": 5, "pause_s": 0.2}
    answers = await asyncio.gather(*(client.post(path, json=body, headers=key) for _ in range(4)))
    assert [answer.json()["total_fen"] for answer in answers] == [1005] * 4
    assert await events(served) == 2


async def test_both_commands_of_a_deadlock_happen_once(
    served: Served, client: httpx.AsyncClient, fund: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (await opened(client, fund()), await opened(client, fund()))
    before, increase = given_up("transfer"), app.increase
    locked: set[UUID] = set()
    both = asyncio.Event()

    async def until_both_are_locked(uow: UnitOfWork, *, id: UUID, **arguments: Any) -> object:
        row = await increase(uow, id=id, **arguments)
        locked.add(id)
        if len(locked) == 2:
            both.set()
        await both.wait()
        return row

    monkeypatch.setattr(app, "increase", until_both_are_locked)

    async def move(source: str, target: str, amount_fen: int) -> httpx.Response:
        path, body = f"/v1/funds/{source}/transfer", {"amount_fen": amount_fen}
        key = {"idempotency-key": f"move-{amount_fen}"}
        return await client.post(path, params={"to": target}, json=body, headers=key, timeout=60)

    answers = await asyncio.gather(move(one["id"], other["id"], 30), move(other["id"], one["id"], 7))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert given_up("transfer") > before
    sums = [(await client.get(f"/v1/funds/{id}")).json()["total_fen"] for id in (one["id"], other["id"])]
    assert sums == [977, 1023]
    assert await events(served) == 2 + 4


async def test_a_command_that_always_loses_is_answered_as_busy(
    client: httpx.AsyncClient, fund: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = await opened(client, fund())
    before, runs = given_up("increase"), 0

    async def increase(*_: object, **__: object) -> None:
        nonlocal runs
        runs += 1
        raise asyncpg.DeadlockDetectedError("deadlock detected")

    monkeypatch.setattr(app, "increase", increase)
    answer = await client.post(f"/v1/funds/{state['id']}/increase", json={"amount_fen": 5})
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"] == "2"
    assert runs == TRIES
    assert given_up("increase") == before + TRIES


async def test_a_refused_command_leaves_its_key_free(client: httpx.AsyncClient, fund: Body) -> None:
    state = await opened(client, fund())
    key = {"idempotency-key": "k-1", "if-match": '"7"'}
    path = f"/v1/funds/{state['id']}/increase"
    refused = await client.post(path, json={"amount_fen": 5}, headers=key)
    accepted = await client.post(path, json={"amount_fen": 5}, headers=key | {"if-match": '"1"'})
    assert (refused.status_code, accepted.status_code) == (412, 200)


async def test_a_retried_upload_is_recognised_though_its_boundary_differs(
    served: Served, client: httpx.AsyncClient
) -> None:
    async def upload(content: bytes, boundary: str) -> httpx.Response:
        form = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\n'.encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        kind = {"content-type": f"multipart/form-data; boundary={boundary}", "idempotency-key": "up"}
        return await client.post("/v1/funds/from-file", content=form, headers=kind)

    first, again = await upload(b"A title", "one"), await upload(b"A title", "two")
    other = await upload(b"Another title", "three")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.content == first.content


async def test_a_command_in_another_division_is_not_permitted(served: Served, fund: Body) -> None:
    async with served.client(division="440303001") as street, served.client() as district:
        own = await street.post("/v1/funds", json=fund(division="440303001"))
        other = await street.post("/v1/funds", json=fund(division="440303002"))
        state = await opened(district, fund(division="440303002"))
        changed = await street.post(f"/v1/funds/{state['id']}/increase", json={"amount_fen": 5})
    assert own.status_code == 201
    assert (other.status_code, changed.status_code) == (403, 403)
    assert other.json()["code"] == "not_permitted"


async def test_a_role_without_the_permission_is_refused(served: Served, fund: Body) -> None:
    async with served.client(role="viewer") as viewer:
        assert (await viewer.post("/v1/funds", json=fund())).status_code == 403
        assert (await viewer.get("/v1/funds")).status_code == 200


async def test_a_clash_with_a_record_of_the_same_title_is_a_conflict(
    client: httpx.AsyncClient, fund: Body
) -> None:
    body = fund()
    await opened(client, body)
    again = await client.post("/v1/funds", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_the_events_of_a_command_carry_who_and_the_callers_trace(
    client: httpx.AsyncClient, fund: Body
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    made = await client.post("/v1/funds", json=fund(), headers={"traceparent": trace})
    history = (await client.get(f"/v1/events/{made.json()['id']}")).json()["items"]
    assert [event["type"] for event in history] == ["cn.shuniu.grants.fund.opened.v1"]
    assert history[0]["actorid"] == "u-1"
    assert history[0]["correlationid"] == made.headers["x-correlation-id"]
    assert history[0]["traceparent"].split("-")[1] == trace.split("-")[1]
    assert history[0]["data"]["state"]["total_fen"] == 1000
