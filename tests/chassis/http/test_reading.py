"""Reading over HTTP: pages, divisions, one record's history, and what a service says about itself."""

from collections.abc import Callable

import httpx
import pytest

from tests.chassis.http.conftest import Served

pytestmark = pytest.mark.integration
Body = Callable[..., dict[str, object]]


async def test_pages_follow_each_other_without_gap_or_repetition(
    client: httpx.AsyncClient, fund: Body
) -> None:
    titles = [str((await client.post("/v1/funds", json=fund())).json()["title"]) for _ in range(7)]
    found: list[str] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/funds", params=query)).json()
        found += [item["title"] for item in page["items"]]
        cursor, pages = page["next"], pages + 1
    assert found == sorted(titles)
    assert pages == 3


async def test_a_page_is_no_larger_than_the_setting_allows(client: httpx.AsyncClient) -> None:
    allowed = await client.get("/v1/funds", params={"limit": 60})
    refused = await client.get("/v1/funds", params={"limit": 61})
    assert (allowed.status_code, refused.status_code) == (200, 422)
    assert refused.json()["code"] == "page_too_large"


@pytest.mark.parametrize("cursor", ["nonsense", "!!", "W10", "WzFd", "WyJ4IiwgIngiXQ", "ÿ"])
async def test_a_cursor_that_nobody_gave_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    answer = await client.get("/v1/funds", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_malformed")


async def test_a_caller_sees_the_own_divisions_only(served: Served, fund: Body) -> None:
    async with served.client() as district, served.client("viewer", "440303001") as street:
        for division in ("440303", "440303001", "440303002"):
            await district.post("/v1/funds", json=fund(division=division))
        seen = (await street.get("/v1/funds")).json()["items"]
        foreign = await street.get("/v1/funds", params={"division": "440303002"})
        above = await street.get("/v1/funds", params={"division": "440303"})
        narrowed = (await district.get("/v1/funds", params={"division": "440303002"})).json()["items"]
    assert [item["division"] for item in seen] == ["440303001"]
    assert (foreign.status_code, above.status_code) == (403, 403)
    assert [item["division"] for item in narrowed] == ["440303002"]


async def test_one_record_is_read_with_its_etag_and_only_where_permitted(served: Served, fund: Body) -> None:
    async with served.client() as district, served.client("viewer", "440303001") as street:
        state = (await district.post("/v1/funds", json=fund(division="440303002"))).json()
        path = f"/v1/funds/{state['id']}"
        assert (await district.get(path)).headers["etag"] == '"1"'
        assert (await street.get(path)).status_code == 403
        assert (await street.get(f"/v1/events/{state['id']}")).status_code == 403


async def test_a_records_history_comes_in_pages(client: httpx.AsyncClient, fund: Body) -> None:
    state = (await client.post("/v1/funds", json=fund())).json()
    for _ in range(3):
        await client.post(f"/v1/funds/{state['id']}/increase", json={"amount_fen": 1})
    first = (await client.get(f"/v1/events/{state['id']}", params={"limit": 3})).json()
    rest = (await client.get(f"/v1/events/{state['id']}", params={"cursor": first["next"]})).json()
    assert [int(event["sequence"]) for event in first["items"] + rest["items"]] == [1, 2, 3, 4]
    assert rest["next"] is None
    assert (await client.get("/v1/events/nobody")).status_code == 404


async def test_operators_see_what_waits(served: Served, client: httpx.AsyncClient, fund: Body) -> None:
    await client.post("/v1/funds", json=fund())
    state = (await client.get("/v1/operations")).json()
    assert (state["service"], state["outbox"], state["parked"]) == ("grants", 1, 0)
    assert {role["role"]: role["ready"] for role in state["roles"]} == {"api": True}
    async with served.client(role="viewer") as viewer:
        assert (await viewer.get("/v1/operations")).status_code == 403


async def test_metrics_count_commands_requests_and_what_waits(client: httpx.AsyncClient, fund: Body) -> None:
    await client.post("/v1/funds", json=fund())
    text = (await client.get("/metrics")).text
    assert 'shuniu_commands_total{command="open_fund"}' in text
    assert "shuniu_outbox_messages 1.0" in text
    assert 'shuniu_outbox_blocked{kind="topic"} 0.0' in text
    assert "shuniu_database_reachable 1.0" in text
    assert 'shuniu_http_request_duration_seconds_count{method="POST",route="/v1/funds",status="201"}' in text
    assert "process_start_time_seconds" in text
    assert 'shuniu_ready{part="api"} 1.0' in text


async def test_health_needs_no_token(served: Served) -> None:
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{served.settings.http.port}", trust_env=False
    ) as stranger:
        assert (await stranger.get("/health/live")).json() == {"status": "alive"}
        assert (await stranger.get("/health/ready")).json()["missing"] == []
        assert (await stranger.get("/v1/funds")).status_code == 401
