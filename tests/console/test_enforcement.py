"""What the read model knows of supervision: emergency orders with who stands still, and what is open."""

from datetime import timedelta
from typing import Any

import pytest
from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_enforcement as contract

from services.console.matters import enforcement
from services.console.matters.enforcement import Open, Order
from tests.console.conftest import OTHER_STREET, STREET, TODAY, Subject, World

pytestmark = pytest.mark.integration
COMMON: dict[str, Any] = {"effective_on": TODAY, "basis": Basis.LIVE, "opened_on": TODAY}
DISTRICT = "120116"


async def order(world: World, title: str, division: str = DISTRICT, **fields: Any) -> Subject:
    """An emergency order."""
    state = contract.EmergencyOrderState(
        **COMMON, **{"division": division, "state": contract.EmergencyOrderPhase.ISSUED, "title": title,
                     "kind": "epidemic", **fields},
    )  # fmt: skip
    subject = Subject("registry", state)
    await world.hear(world.tell(subject, contract.EmergencyOrderIssued))
    return subject


async def pause(
    world: World, under: Subject, phase: contract.EmergencyPausePhase, division: str = STREET
) -> None:
    """An organisation that stands still under the order, or did."""
    [organization] = await world.register(f"{phase.value}社", division=division)
    state = contract.EmergencyPauseState(
        **COMMON, division=division, state=phase, order=Ref(str(under.id), 1),
        organization=Ref(str(organization.id), 1),
        ended=phase in (contract.EmergencyPausePhase.PERMITTED, contract.EmergencyPausePhase.RELEASED),
    )  # fmt: skip
    await world.hear(world.tell(Subject("registry", state), contract.EmergencyPausePaused))


async def risk(world: World, name: str, level: str, days: int | None, **fields: Any) -> None:
    """A risk of an organisation, with its deadline in so many days."""
    [organization] = await world.register(name)
    due = None if days is None else TODAY + timedelta(days=days)
    state = contract.RiskState(
        **COMMON, division=STREET, organization=Ref(str(organization.id), 1), topic="finance",
        risk_level=level, origin="visit", due_on=due, **{"state": contract.RiskPhase.OPENED, **fields},
    )  # fmt: skip
    await world.hear(world.tell(Subject("registry", state), contract.RiskOpened))


async def orders(world: World, code: str = DISTRICT) -> list[Order]:
    """The orders in force for somebody of the division."""
    async with world.runtime.database.transaction() as transaction:
        return await enforcement.orders(transaction.connection, [f"{code}%"])


async def test_an_order_counts_who_stands_still_was_visited_and_went_on(world: World) -> None:
    phase = contract.EmergencyPausePhase
    lockdown = await order(world, "暂停线下活动")
    await order(world, "已解除", state=contract.EmergencyOrderPhase.LIFTED, ended=True)
    for state in (phase.PAUSED, phase.VISITED, phase.PERMITTED, phase.RELEASED):
        await pause(world, lockdown, state)
    [found] = await orders(world)
    assert (found.state["title"], found.above) == ("暂停线下活动", False)
    assert (found.still, found.visited, found.resumed) == (2, 1, 2)


async def test_an_order_from_above_is_seen_where_somebody_stands_still(world: World) -> None:
    lockdown = await order(world, "全区暂停")
    await pause(world, lockdown, contract.EmergencyPausePhase.PAUSED)
    [here] = await orders(world, STREET)
    assert (here.above, here.still) == (True, 1)
    assert await orders(world, OTHER_STREET) == []


async def test_what_is_open_comes_by_its_deadline_and_is_counted(world: World) -> None:
    await risk(world, "无期社", "low", None)
    await risk(world, "后社", "grave", 9)
    await risk(world, "迟社", "grave", -2, overdue=True)
    await risk(world, "销号社", "major", None, state=contract.RiskPhase.CLOSED, ended=True)
    async with world.runtime.database.transaction() as transaction:
        connection, patterns = transaction.connection, [f"{STREET}%"]
        found = await enforcement.watched(connection, patterns, "risk", 10)
        [first] = await enforcement.watched(connection, patterns, "risk", 1)
        counts = await enforcement.open_(connection, patterns, ["risk", "illegal_case"])
        levels = await enforcement.levels(connection, patterns)
        elsewhere = await enforcement.watched(connection, [f"{OTHER_STREET}%"], "risk", 10)
    assert [one.organization for one in found] == ["迟社", "后社", "无期社"]
    assert (first.organization, first.phase) == ("迟社", "opened")
    assert counts == {"risk": Open(3, 1)}
    assert levels == {"grave": 2, "low": 1}
    assert elsewhere == []
