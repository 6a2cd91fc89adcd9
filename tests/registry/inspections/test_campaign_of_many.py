"""A campaign of 20,000 organisations goes by portions, and nobody who works on another organisation waits."""

import asyncio
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.inspections.campaigns import commands
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import LegalForm
from services.registry.portions import AT_ONCE
from tests.benchmarks import campaigns
from tests.registry.conftest import OFFICER, Register

pytestmark = pytest.mark.integration
MANY = 20_000
WITHIN_S = 20


async def test_a_campaign_of_20000_is_carried_in_portions_while_others_work(register: Register) -> None:
    other = await campaigns.register(register, MANY)
    found = await campaigns.carry(register, other)
    rows = await register.rows("select state, due_on, count(*) as number from inspection group by 1, 2")
    assert [(row["state"], row["number"]) for row in rows] == [("missed", MANY)]
    log = await register.rows(
        "select type, count(*) as number, min(sequence) as sequence from event_log"
        " where aggregatetype = 'registry.inspection' group by 1"
    )
    facts = Counter({row["type"].split(".")[-2]: row["number"] for row in log})
    assert facts == {"opened": MANY, "extended": MANY, "missed": MANY}
    steps = await register.rows(
        "select fact, count(*) filter (where until is null) as standing, count(*) as number"
        " from matter_step where kind = 'inspection' group by 1 order by 1"
    )
    assert [tuple(row) for row in steps] == [
        ("extended", 0, MANY), ("missed", MANY, MANY), ("opened", 0, MANY)
    ]  # fmt: skip
    timers = await register.rows("select kind, count(*) as number from timer group by 1")
    assert [tuple(row) for row in timers] == [("rectifications.due", MANY)], "all who missed it owe a report"
    assert found.portions == 4 * (MANY // AT_ONCE + 1), (
        "opened, extended, closed and asked for reports: each portion is whole"
    )
    assert len(found.waits_s) > 10


async def test_who_works_on_another_organisation_does_not_wait_for_a_portion_under_way(
    register: Register,
) -> None:
    """Each portion is held up at the last of its records, with all that it locks before that."""
    other = await campaigns.register(register, 30)
    wanted: dict[str, Any] = {
        "division": "120116", "title": "年检", "year": 2025, "legal_forms": [LegalForm.ASSOCIATION],
        "due_on": date(register.now.year + 1, 5, 31),
    }  # fmt: skip
    campaign = (await register.do(commands.open_, **wanted)).id
    await _unhindered(register, other, "organization")
    await register.do(commands.extend, id=campaign, due_on=date(register.now.year + 1, 6, 30))
    await _unhindered(register, other, "inspection")
    await register.do(commands.close, id=campaign, even_though_open=True)
    await _unhindered(register, other, "inspection")
    assert await register.rows("select from inspection where state <> 'missed'") == []


async def _unhindered(register: Register, other: UUID, table: str) -> None:
    async with register.runtime.unit_of_work(OFFICER) as uow:
        await uow.connection.execute(
            f"select from {table} where id = (select id from {table} where id <> $1 order by id desc limit 1)"
            " for update",
            other,
        )
        portions = asyncio.ensure_future(campaigns.until_done(register))
        await register.until_waiting(portions)
        held_up = not portions.done()
        async with asyncio.timeout(WITHIN_S):
            await register.do(organizations.change_details, id=other, details={"staff_count": 7})
    await portions
    assert held_up or table == "organization", "opening reads organisations without a lock"
