"""Resources: matched once, delivered as they arrive, and free for others where nothing came of it."""

import contextlib
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.model import Refusal
from services.registry.hub.resources import offers, requests
from services.registry.hub.resources.model import (
    MoreThanNeeded,
    NobodyNamed,
    NotSetAside,
    OfferShort,
    OfferUnsuitable,
    StillSetAside,
)
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration
STREET = "120116005"


async def offered(register: Register, quantity: int = 100, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": STREET, "kind": "venue", "unit": "hour", "quantity": quantity, "body": "university",
        **changes,
    }  # fmt: skip
    return (await register.do(offers.offer, **found)).id


async def requested(register: Register, quantity: int = 60, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": STREET, "kind": "venue", "unit": "hour", "quantity": quantity, "body": "street", **changes
    }  # fmt: skip
    return (await register.do(requests.request, **found)).id


async def test_an_offer_is_given_once_and_what_did_not_arrive_is_free_again(
    register: Register, api: Api
) -> None:
    offer = await offered(register)
    one = await requested(register, organization_id=await organization(register), purpose="儿童课堂")
    other = await requested(register)
    await register.do(requests.match, id=one, offer_id=offer, set_aside=60)
    with pytest.raises(OfferShort):
        await register.do(requests.match, id=other, offer_id=offer, set_aside=41)
    await register.do(requests.match, id=other, offer_id=offer, set_aside=40)
    with pytest.raises(MoreThanNeeded):
        await register.do(requests.match, id=other, offer_id=await offered(register), set_aside=21)
    with pytest.raises(NotSetAside):
        await register.do(requests.deliver, id=one, offer_id=offer, arrived=61)
    row = await register.do(requests.deliver, id=one, offer_id=offer, arrived=20, worth=100_000)
    assert (row.matched, row.delivered, row.value) == (60, 20, 100_000)
    row = await register.do(requests.close, id=one)
    assert (row.matched, row.matches[0]["quantity"]) == (20, 20)
    uses = await api.get(f"/v1/resource-offers/{offer}/uses")
    assert (uses["left"], [use["quantity"] for use in uses["requests"]]) == (40, [20, 40])
    await register.do(requests.release, id=other, offer_id=offer)
    assert (await api.get(f"/v1/resource-offers/{offer}/uses"))["left"] == 80
    events = await register.events(one)
    assert [fact for fact, _ in events] == ["requested", "matched", "delivered", "closed"]
    assert (events[1][1]["offer"]["id"], events[2][1]["arrived"]) == (str(offer), 20)
    assert "课堂" not in str(events)
    figures = (await api.get("/v1/figures"))["figures"]
    assert figures["resource-requests.year.worth"]["value"] == 100_000
    assert figures["resource-requests.year.deliveries"]["value"] == 1


async def test_what_fits_and_what_can_be_taken_back(register: Register) -> None:
    with pytest.raises(NobodyNamed):
        await requested(register, body=None)
    offer, request = await offered(register), await requested(register)
    with pytest.raises(OfferUnsuitable):
        await register.do(
            requests.match, id=request, offer_id=await offered(register, kind="goods"), set_aside=1
        )
    await register.do(requests.match, id=request, offer_id=offer, set_aside=30)
    with pytest.raises(StillSetAside):
        await register.do(offers.change, id=offer, quantity=29)
    with pytest.raises(StillSetAside):
        await register.do(offers.withdraw, id=offer)
    await register.do(offers.close, id=offer)
    with pytest.raises(OfferUnsuitable):
        await register.do(requests.match, id=request, offer_id=offer, set_aside=1)
    await register.do(requests.deliver, id=request, offer_id=offer, arrived=1)
    with pytest.raises(StillSetAside):
        await register.do(requests.withdraw, id=request)


async def test_a_need_that_nobody_met_by_its_day_is_overdue(register: Register) -> None:
    await register.begin(date(2026, 12, 20))
    id = await requested(register, due_on=date(2026, 12, 31))
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    assert (await register.facts(id))[-1] == "became_overdue"


STEPS = [*[requests.match] * 5, requests.deliver, requests.release, requests.close]
"""Mostly matches, so that what is left runs short."""


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_nothing_is_ever_given_twice(register: Register, data: st.DataObject) -> None:
    offer = await offered(register, 10)
    wanting = [await requested(register, quantity) for quantity in (4, 7, 9)]
    for _ in range(data.draw(st.integers(4, 12))):
        request = data.draw(st.sampled_from(wanting))
        step = data.draw(st.sampled_from(STEPS))
        amount = data.draw(st.integers(1, 7))
        given_: dict[object, dict[str, Any]] = {
            requests.match: {"offer_id": offer, "set_aside": amount},
            requests.deliver: {"offer_id": offer, "arrived": amount},
            requests.release: {"offer_id": offer},
        }
        with contextlib.suppress(Refusal):
            await register.do(step, id=request, **given_.get(step, {}))
        rows = await register.rows(
            "select quantity, matched, delivered, matches from resource_request where id = any($1)", wanting
        )
        assert sum(row["matched"] for row in rows) <= 10
        assert all(row["delivered"] <= row["matched"] <= row["quantity"] for row in rows)
