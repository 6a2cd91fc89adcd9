"""Officers and the register at the same time: whatever the order, duties say what coverings say."""

import asyncio
import random
from collections.abc import Awaitable
from typing import Any

import pytest

from chassis.model import Refusal, Refusals
from services.partybuild.instructors.commands import assign, end, release
from services.partybuild.party_organizations.commands import change, dissolve
from services.partybuild.party_organizations.model import SetUp
from tests.partybuild.conftest import Organization, World, instructor

pytestmark = pytest.mark.integration

_CONTRADICTIONS = {
    "a duty's status against what covers its organisation": """
        select d.id from coverage_duty d
        where d.status <> 'ended' and (d.status = 'covered') <> exists (
            select from covering c where c.organization_id = d.organization_id and c.until is null)
    """,
    "a duty covered by what covers it no more": """
        select d.id from coverage_duty d
        where d.covered_by_id is not null and not exists (
            select from covering c where c.organization_id = d.organization_id and c.until is null
                                   and c.source_id = d.covered_by_id and c.mode = d.mode)
    """,
    "what a party organisation or instructor lists against its open coverings": """
        with listed as (
            select id as source_id, unnest(organization_ids) as organization_id from party_organization
            where status <> 'dissolved'
            union all
            select id, unnest(organization_ids) from instructor
        ), covered as (
            select source_id, organization_id from covering where until is null
        )
        (select * from listed except select * from covered)
        union all
        (select * from covered except select * from listed)
    """,
    "an ended organisation that is still covered": """
        select o.id from organization o join covering c on c.organization_id = o.id and c.until is null
        where o.ended
    """,
    "an ended organisation whose duty goes on": """
        select d.id from coverage_duty d join organization o on o.id = d.organization_id
        where o.ended and d.status <> 'ended'
    """,
    "a timer of a duty that is not owed": """
        select t.id from timer t join coverage_duty d on d.id::text = t.subject
        where d.status not in ('open', 'lapsed') or d.due_on is null
    """,
    "a gap in a subject's events": """
        select aggregateid from event_log group by 1 having max(sequence) <> count(*)
    """,
    "a row that has another sequence than its log": """
        select d.id from (select id, sequence from coverage_duty union all
                          select id, sequence from party_organization union all
                          select id, sequence from instructor) d
        where d.sequence <> (select count(*) from event_log where aggregateid = d.id::text)
    """,
}


@pytest.mark.parametrize("seed", range(5))
async def test_duties_agree_with_coverings_whatever_happens_at_once(world: World, seed: int) -> None:
    """Random foundings, changes, assignments, dissolutions, ends and mergers, six at a time."""
    dice = random.Random(seed)
    organizations = await world.register(*[dice.randrange(6) for _ in range(24)])
    instructors = [await instructor(world, person_id=f"p-{n}", capacity=3) for n in range(4)]
    branches: list[Any] = []
    alive = set(range(24))

    async def found() -> None:
        units = dice.sample(organizations, dice.randint(1, 3))
        mode = SetUp.JOINT if len(units) > 1 else dice.choice([SetUp.INDEPENDENT, SetUp.TEMPORARY])
        branches.append(await world.found(mode, *units, basis="historical"))

    async def change_units() -> None:
        units = [organization.id for organization in dice.sample(organizations, 2)]
        given = {"organization_ids": units, "mode": SetUp.JOINT, "lead_organization_id": units[0]}
        await world.do(change, id=dice.choice(branches).id, given=given, basis="historical")

    async def move_instructor() -> None:
        command = dice.choice([assign, assign, assign, release])
        units = [organization.id for organization in dice.sample(organizations, dice.randint(1, 2))]
        await world.do(command, id=dice.choice(instructors).id, organization_ids=units)

    async def finish() -> None:
        if dice.random() < 0.2:
            await world.do(end, id=dice.choice(instructors).id)
        else:
            await world.do(dissolve, id=dice.choice(branches).id)

    async def register_changes() -> None:
        if len(alive) < 4:
            return
        ended = organizations[alive.pop()]
        survivor: Organization = organizations[dice.choice(sorted(alive))]
        await (world.merge(ended, survivor) if dice.random() < 0.5 else world.deregister(ended))

    steps = [found, found, change_units, move_instructor, move_instructor, finish, register_changes]
    for _ in range(25):
        await asyncio.gather(*(_allowing_refusal(dice.choice(steps)()) for _ in range(6)))
    for contradiction, query in _CONTRADICTIONS.items():
        assert await world.rows(query) == [], contradiction
    assert len(branches) > 5
    assert {row["status"] for row in await world.rows("select distinct status from coverage_duty")} >= {
        "covered",
        "ended",
    }


async def _allowing_refusal(step: Awaitable[None]) -> None:
    try:
        await step
    except (Refusal, Refusals, IndexError):
        return  # the dice asked for what the rules forbid, or for a branch before there was one
