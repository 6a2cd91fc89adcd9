"""Social-worker posts: at most so many organisations each, in batches, and how many are lacking."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis

from services.registry.hub.posts import commands as posts
from services.registry.hub.posts.model import TooManyServed, needed
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DISTRICT, STREET = "120116", "120116005"
LONG_AGO: dict[str, Any] = {"effective_on": date(2014, 3, 1), "basis": Basis.HISTORICAL}


async def opened(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "body": "centre", "source": "purchased", "batch": "first", **changes
    }  # fmt: skip
    return (await register.do(posts.open_, **found)).id


def test_the_published_batch_of_twenty_is_one_short_for_the_registered() -> None:
    assert (needed(624, 30), needed(600, 30), needed(2355, 30), needed(0, 30)) == (21, 20, 79, 0)


async def test_one_post_serves_at_most_thirty_organisations(register: Register) -> None:
    id = await opened(register)
    with pytest.raises(TooManyServed):
        await register.do(posts.fill, id=id, holder="u-worker", load=31)
    await register.do(posts.fill, id=id, holder="u-worker", load=30)
    kept = await organization(register)
    row = await register.do(posts.change_load, id=id, organization_ids=[kept, kept])
    assert (row.load, row.organizations) == (1, [str(kept)])
    row = await register.do(posts.vacate, id=id, reason="left")
    assert (row.state, row.holder, row.load) == ("vacant", None, 1)
    await register.do(posts.change_load, id=id, load=1)
    row = await register.do(posts.fill, id=id, holder="u-next")
    assert (row.filled_times, row.load) == (2, 1)
    assert await register.facts(id) == [
        "opened",
        "filled",
        "load_changed",
        "vacated",
        "load_changed",
        "filled",
    ]


async def test_a_batch_and_the_shortage_of_a_day(register: Register, api: Api) -> None:
    for _ in range(3):
        await organization(register)
    made = await api.as_("hub_officer").post(
        "/v1/social-worker-posts/batches", 201, division=DISTRICT, batch="first", posts=2, body="centre",
        funder="finance", effective_on="2014-03-01", basis="historical",
    )  # fmt: skip
    one, _ = made["posts"]
    await register.do(posts.fill, id=one, holder="u-1", load=3, **LONG_AGO)
    helper = await opened(register, source="volunteer", **LONG_AGO)
    await register.do(posts.fill, id=helper, holder="u-2", **LONG_AGO)
    figures = (await api.get("/v1/figures", as_of="2014-12-31", by="division"))["figures"]
    values = {
        name.removeprefix("social-worker-posts."): figure["value"]
        for name, figure in figures.items()
        if name.startswith("social-worker-posts.")
    }
    assert {name: values[name] for name in ("capacity", "needed", "shortage", "ratio", "filled")} == {
        "capacity": 30, "needed": 1, "shortage": 0, "ratio": 3, "filled": 2
    }  # fmt: skip
    before = (await api.get("/v1/figures", as_of="2013-12-31"))["figures"]
    assert "social-worker-posts.ratio" not in before
    found = await api.get("/v1/social-worker-staffing", division=DISTRICT)
    assert (found["needed"], found["filled"], found["shortage"], found["advised"]) == (1, 1, 0, "internal")
    assert [(one["source"], one["posts"], one["filled"]) for one in found["batches"]] == [
        ("purchased", 2, 1), ("volunteer", 1, 1)
    ]  # fmt: skip
    policy: Any = register.runtime.policies
    for most, advised in ((3, "internal"), (2, "purchased")):
        hub = policy.hub.model_copy(update={"internal_up_to": most})
        register.runtime.policies = policy.model_copy(update={"hub": hub})
        found = await api.get("/v1/social-worker-staffing", division=DISTRICT)
        assert (found["organizations"], found["advised"]) == (3, advised)
    body = {"division": DISTRICT, "batch": "second", "posts": 1, "body": "centre"}
    await api.as_("hub_officer", STREET).post("/v1/social-worker-posts/batches", 403, **body)
