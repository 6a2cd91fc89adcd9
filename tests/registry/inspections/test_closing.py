"""A campaign that closes leaves alone who still has time: extended, returned, or standing still."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.enforcement.emergency_orders import commands as orders
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.campaigns import commands as campaigns
from services.registry.inspections.campaigns.model import WindowsOpen
from tests.registry.conftest import Register
from tests.registry.inspections.test_campaigns import campaign, carried, inspections, registered

pytestmark = pytest.mark.integration
DUE = date(2026, 6, 30)


async def asked(register: Register, number: int) -> tuple[UUID, list[UUID]]:
    """A campaign until the end of June, and the inspections of so many organisations."""
    await register.begin(date(2026, 3, 2))
    for n in range(number):
        await registered(register, f"协会{n}")
    id = await campaign(register, due_on=DUE)
    await carried(register)
    return id, [row["id"] for row in await inspections(register)]


async def closed(register: Register, id: UUID) -> None:
    await register.begin(date(2026, 7, 2))
    await carried(register)
    await register.do(campaigns.close, id=id)
    await carried(register)


async def night(register: Register, day: date) -> dict[UUID, str]:
    await register.begin(day)
    await carried(register)
    return {row["id"]: row["state"] for row in await inspections(register)}


async def owing(register: Register) -> dict[UUID, Any]:
    rows = await register.rows("select origin_record_id, state, outcome from rectification order by id")
    return {row["origin_record_id"]: (row["state"], row["outcome"]) for row in rows}


async def test_who_has_longer_is_missed_when_that_is_over(register: Register) -> None:
    id, (extended, returned, nothing) = await asked(register, 3)
    await register.do(annual.extend, id=extended, due_on=date(2026, 7, 31))
    await register.begin(date(2026, 6, 29))
    await register.do(annual.submit, id=returned)
    await register.begin(DUE)
    await register.do(annual.return_, id=returned, items=["report"], due_on=date(2026, 7, 14))
    await closed(register, id)
    assert await night(register, date(2026, 7, 14)) == {
        extended: "due", returned: "returned", nothing: "missed"
    }  # fmt: skip
    assert set(await owing(register)) == {nothing}
    assert (await night(register, date(2026, 7, 15)))[returned] == "missed"
    assert (await night(register, date(2026, 7, 31)))[extended] == "due"
    assert (await night(register, date(2026, 8, 1)))[extended] == "missed"
    assert set(await owing(register)) == {extended, returned, nothing}
    assert await register.rows("select from timer where kind <> 'rectifications.due'") == []


async def test_who_stands_still_is_missed_when_its_days_have_run_on_and_passed(register: Register) -> None:
    id, [still] = await asked(register, 1)
    await register.begin(date(2026, 6, 20))
    order = await register.do(orders.issue, division="120116", title="防汛停业", kind="flood")
    await carried(register)
    await closed(register, id)
    assert await night(register, date(2026, 7, 9)) == {still: "due"}
    assert await owing(register) == {}
    await register.begin(date(2026, 7, 10))
    await register.do(orders.lift, id=order.id)
    await carried(register)
    [row] = await inspections(register)
    assert row["due_on"] == date(2026, 7, 20), "the ten days that were left"
    assert await night(register, date(2026, 7, 20)) == {still: "due"}
    assert await night(register, date(2026, 7, 21)) == {still: "missed"}
    assert set(await owing(register)) == {still}


async def test_what_is_returned_after_the_campaign_has_closed_is_missed_in_the_end(
    register: Register,
) -> None:
    id, [one] = await asked(register, 1)
    await register.do(annual.submit, id=one)
    await closed(register, id)
    await register.do(annual.return_, id=one, items=["report"], due_on=date(2026, 7, 14))
    assert await night(register, date(2026, 7, 14)) == {one: "returned"}
    assert await night(register, date(2026, 7, 15)) == {one: "missed"}


async def test_a_campaign_is_not_closed_while_a_window_runs_unless_that_is_said(register: Register) -> None:
    id, [one] = await asked(register, 1)
    await register.begin(DUE)
    with pytest.raises(WindowsOpen, match="2026-06-30"):
        await register.do(campaigns.close, id=id)
    await register.do(campaigns.close, id=id, even_though_open=True)
    await carried(register)
    assert [row["state"] for row in await inspections(register)] == ["missed"]
    assert await owing(register) == {one: ("opened", None)}


async def test_who_was_missed_with_time_left_and_hands_in_owes_nothing_for_it(register: Register) -> None:
    id, (early, late) = await asked(register, 2)
    await register.begin(date(2026, 6, 1))
    await register.do(campaigns.close, id=id, even_though_open=True)
    await carried(register)
    await register.begin(DUE)
    await register.do(annual.submit, id=early)
    await register.begin(date(2026, 7, 1))
    await register.do(annual.submit, id=late)
    assert await owing(register) == {early: ("closed", "handed_in_in_time"), late: ("opened", None)}
